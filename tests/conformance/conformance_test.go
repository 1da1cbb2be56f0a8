// Package conformance runs the official Gateway API suite against a cluster in which Tidegate is deployed. It adds no
// test and skips none: options come from options.yaml and the command line, supported features from GatewayClass.status.
package conformance

import (
	"testing"

	"sigs.k8s.io/gateway-api/conformance"
	"sigs.k8s.io/gateway-api/conformance/utils/suite"
)

// What a client may ask for: the suite polls every 100 ms with a client per test.
const (
	queriesPerSecond = 200
	burst            = 400
)

func TestGatewayAPI(t *testing.T) {
	options := conformance.DefaultOptions(t)
	options.RestConfig.QPS = queriesPerSecond
	options.RestConfig.Burst = burst
	options.Hook = func(t *testing.T, test suite.ConformanceTest, _ *suite.ConformanceTestSuite) {
		t.Logf("finished %s", test.ShortName)
	}
	conformance.RunConformanceWithOptions(t, options)
}
