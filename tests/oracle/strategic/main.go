// Command strategic answers what k8s.io/apimachinery makes of strategic merge patches, and prints the
// merge keys that k8s.io/api declares. It owns no rule: every answer is the library's.
//
//	strategic merge < lines of {"kind", "original", "patch"}   one line of {"result"} or {"error"} each
//	strategic table                                            the table as Rust source
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

var kinds = map[string]any{
	"ConfigMap":               corev1.ConfigMap{},
	"DaemonSet":               appsv1.DaemonSet{},
	"Deployment":              appsv1.Deployment{},
	"HorizontalPodAutoscaler": autoscalingv2.HorizontalPodAutoscaler{},
	"PodDisruptionBudget":     policyv1.PodDisruptionBudget{},
	"Service":                 corev1.Service{},
	"ServiceAccount":          corev1.ServiceAccount{},
}

// Structs that are one scalar in JSON.
var scalars = map[string]bool{"Time": true, "MicroTime": true, "Quantity": true, "IntOrString": true, "FieldsV1": true}

func main() {
	if len(os.Args) != 2 {
		fail("usage: strategic merge|table")
	}
	switch os.Args[1] {
	case "merge":
		merge()
	case "table":
		table()
	default:
		fail("usage: strategic merge|table")
	}
}

func fail(text any) {
	fmt.Fprintln(os.Stderr, text)
	os.Exit(1)
}

type question struct {
	Kind     string          `json:"kind"`
	Original json.RawMessage `json:"original"`
	Patch    json.RawMessage `json:"patch"`
}

type answer struct {
	Result json.RawMessage `json:"result,omitempty"`
	Error  string          `json:"error,omitempty"`
}

func merge() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fail(err)
		}
		if err := out.Encode(ask(asked)); err != nil {
			fail(err)
		}
	}
	if err := lines.Err(); err != nil {
		fail(err)
	}
}

// A panic of the library is an answer too: it refuses.
func ask(asked question) (given answer) {
	defer func() {
		if cause := recover(); cause != nil {
			given = answer{Error: fmt.Sprint("panic: ", cause)}
		}
	}()
	kind, ok := kinds[asked.Kind]
	if !ok {
		fail("no kind " + asked.Kind)
	}
	result, err := strategicpatch.StrategicMergePatch(asked.Original, asked.Patch, kind)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Result: result}
}

type field struct{ name, shape, merge, key string }

type walk struct {
	index map[reflect.Type]int
	types []string
	rows  [][]field
}

func table() {
	w := &walk{index: map[reflect.Type]int{}}
	names := make([]string, 0, len(kinds))
	for name := range kinds {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Print("// Made by the test oracle from the struct tags of k8s.io/api v0.36.3; not to be edited.\n\n")
	fmt.Print("const ROOTS: &[(&str, usize)] = &[\n")
	for _, name := range names {
		fmt.Printf("    (%q, %d),\n", name, w.visit(reflect.TypeOf(kinds[name])))
	}
	fmt.Print("];\n\nconst TYPES: &[&[Field]] = &[\n")
	for index, rows := range w.rows {
		fmt.Printf("    // %d %s\n    &[\n", index, w.types[index])
		for _, row := range rows {
			fmt.Printf("        Field { name: %q, shape: %s, merges: %s, key: %s },\n", row.name, row.shape, row.merge, row.key)
		}
		fmt.Print("    ],\n")
	}
	fmt.Print("];\n")
}

func (w *walk) visit(t reflect.Type) int {
	if at, ok := w.index[t]; ok {
		return at
	}
	at := len(w.types)
	w.index[t] = at
	w.types = append(w.types, t.Name())
	w.rows = append(w.rows, nil)
	w.rows[at] = w.fields(t)
	return at
}

func (w *walk) fields(t reflect.Type) []field {
	var found []field
	for at := range t.NumField() {
		f := t.Field(at)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" && f.Anonymous {
			found = append(found, w.fields(f.Type)...)
			continue
		}
		// Nobody patches a status here, and managedFields are the server's.
		if name == "" || name == "-" || name == "status" || name == "managedFields" {
			continue
		}
		shape, ok := w.shape(f.Type)
		if !ok {
			continue
		}
		row := field{name: name, shape: shape, merge: "Merges::Unset", key: `""`}
		for _, strategy := range strings.Split(f.Tag.Get("patchStrategy"), ",") {
			switch strategy {
			case "merge":
				row.merge = "Merges::Yes"
			case "replace":
				row.merge = "Merges::Replaces"
			}
		}
		row.key = fmt.Sprintf("%q", f.Tag.Get("patchMergeKey"))
		found = append(found, row)
	}
	return found
}

func (w *walk) shape(t reflect.Type) (string, bool) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Map:
		return "Shape::Map", true
	case reflect.Slice:
		elem := t.Elem()
		for elem.Kind() == reflect.Pointer {
			elem = elem.Elem()
		}
		if elem.Kind() == reflect.Uint8 {
			return "", false
		}
		if elem.Kind() == reflect.Struct && !scalars[elem.Name()] {
			return fmt.Sprintf("Shape::List(Some(%d))", w.visit(elem)), true
		}
		return "Shape::List(None)", true
	case reflect.Struct:
		if scalars[t.Name()] {
			return "", false
		}
		return fmt.Sprintf("Shape::Struct(%d)", w.visit(t)), true
	}
	return "", false
}
