//! One request, from its head to the head of its response.
//!
//! Owns the order of the steps; each step is somebody else's. Must not know transports or formats. Invariant:
//! one `Active` serves the whole exchange, whatever is committed meanwhile, and every request gets exactly
//! one response.

use std::{rc::Rc, sync::Arc};

use dp_config::{
    Chain, http_options::ServerHeader, policy::Effective, route::Action, route_config::Found,
};
use dp_policy::redirect::Origin;
use http::{
    HeaderMap, HeaderValue, Request, Response, Version,
    header::{CONNECTION, CONTENT_TYPE, LOCATION, SERVER},
    request::Parts,
};
use http_body::Body;
use hyper::body::Incoming;
use route::Head;

use crate::{
    connection::Client,
    fault::{Fault, Kind},
    forward,
    global_limit::{self, Stage},
    head::{Inspected, inspect},
    limit,
    record::Record,
    respond::respond,
    response_body::ResponseBody,
    served::Active,
    trace,
    upgrade::Splice,
};

/// What the steps of one exchange share.
pub(crate) struct Exchange<'a> {
    pub(crate) client: &'a Rc<Client>,
    pub(crate) active: &'a Arc<Active>,
    pub(crate) chain: &'a Chain,
    pub(crate) record: &'a mut Record,
    pub(crate) inspected: Inspected,
    /// The policies of its route, as soon as that is known.
    pub(crate) policies: Option<Effective<'a>>,
}

/// What goes back to the client. It goes through many hands, each of which would copy what is not boxed.
pub(crate) struct Reply {
    pub(crate) response: Box<Response<ResponseBody>>,
    /// Set where both sides agreed to an upgrade.
    pub(crate) splice: Option<Box<Splice>>,
}

/// Serves one request.
pub(crate) async fn serve(
    client: Rc<Client>,
    request: Request<Incoming>,
) -> Response<ResponseBody> {
    let (head, body) = request.into_parts();
    // It goes through many hands: moving it by value would cost more than this allocation.
    let head = Box::new(head);
    let flight = client.begin(body.is_end_stream());
    let mut record = Record::open(client.worker.clone(), flight);
    let active = client.active();
    let version = head.version;
    let mut reply = match run(&client, &active, head, body, &mut record).await {
        Ok(reply) => reply,
        Err(fault) => failed(&fault, &mut record),
    };
    if client.is_closing() && version < Version::HTTP_2 && reply.splice.is_none() {
        reply
            .response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    record.response.status = reply.response.status();
    match reply.splice {
        None => (*reply.response).map(|body| body.with_record(record)),
        Some(splice) => {
            client.hand_over();
            // Ends with either side, or with its listener's phase.
            tokio::task::spawn_local(splice.run(record));
            *reply.response
        }
    }
}

/// Up to the route; what fails here has no route whose response headers could apply.
async fn run(
    client: &Rc<Client>,
    active: &Arc<Active>,
    mut head: Box<Parts>,
    body: Incoming,
    record: &mut Record,
) -> Result<Reply, Fault> {
    let served = active.served(&client.bound).ok_or(Kind::NoRoute)?;
    record.route.listener = Some(served.listener.name.clone());
    let chain = served
        .listener
        .chain(client.server_name.as_deref())
        .ok_or(Kind::NoRoute)?;
    let mut reply = match inspect(&mut head, chain, client, record) {
        Err(fault) => failed(&fault, record),
        Ok(inspected) => {
            let mut exchange = Exchange {
                client,
                active,
                chain,
                record,
                inspected,
                policies: None,
            };
            let reply = exchange.route(head, body).await;
            reply.unwrap_or_else(|fault| failed(&fault, exchange.record))
        }
    };
    name_server(&mut reply, chain);
    Ok(reply)
}

/// The answer to a request that failed, noted in its record.
pub(crate) fn failed(fault: &Fault, record: &mut Record) -> Reply {
    record.fault(fault);
    respond(fault, record.request.dialect).into()
}

fn name_server(reply: &mut Reply, chain: &Chain) {
    let headers = reply.response.headers_mut();
    match &chain.http.server {
        ServerHeader::Overwrite(name) => {
            headers.insert(SERVER, name.clone());
        }
        ServerHeader::IfAbsent(name) => {
            headers.entry(SERVER).or_insert_with(|| name.clone());
        }
        ServerHeader::PassThrough => {}
    }
}

// === impl Exchange ===

impl Exchange<'_> {
    /// Finds the route and does what it says.
    async fn route(&mut self, mut head: Box<Parts>, body: Incoming) -> Result<Reply, Fault> {
        self.check_direction()?;
        self.start_trace(&mut head.headers);
        let active = self.active;
        let config = active.config.routes(self.chain).ok_or(Kind::NoRoute)?;
        let found = config
            .find(&Head {
                method: &head.method,
                scheme: self.inspected.scheme(),
                authority: self.inspected.authority(),
                path: head.uri.path(),
                query: head.uri.query(),
                headers: &head.headers,
            })
            .ok_or(Kind::NoRoute)?;
        self.record.route.route = Some(found.route().clone());
        let reply = self.act(&found, head, body).await;
        let mut reply = reply.unwrap_or_else(|fault| failed(&fault, self.record));
        self.record.limits.tell(reply.response.headers_mut());
        self.record.budgets.tell(reply.response.headers_mut());
        for modifier in found.response_headers() {
            modifier.apply(reply.response.headers_mut());
        }
        Ok(reply)
    }

    async fn act(
        &mut self,
        found: &Found<'_>,
        mut head: Box<Parts>,
        body: Incoming,
    ) -> Result<Reply, Fault> {
        if let Err(fault) = self.pass(found, &mut head).await {
            forward::refused(self, found, &mut head);
            return Err(fault);
        }
        match &found.route().action {
            Action::Forward(forward) => forward::forward(self, found, forward, head, body).await,
            Action::Redirect(redirect) => {
                let origin = Origin {
                    scheme: self.inspected.scheme(),
                    authority: self.inspected.authority(),
                    target: head
                        .uri
                        .path_and_query()
                        .map_or("/", |target| target.as_str()),
                };
                let location = redirect
                    .location(origin, &found.entry.matcher.path)
                    .ok_or(Kind::InvalidRequest)?;
                let mut response = Response::new(ResponseBody::empty());
                *response.status_mut() = redirect.status();
                response.headers_mut().insert(LOCATION, location);
                Ok(response.into())
            }
            Action::Respond(fixed) => {
                let mut response = Response::new(ResponseBody::full(fixed.body.clone()));
                *response.status_mut() = fixed.status;
                if !fixed.body.is_empty() {
                    let text = HeaderValue::from_static("text/plain");
                    response.headers_mut().insert(CONTENT_TYPE, text);
                }
                Ok(response.into())
            }
        }
    }

    /// What stands between a route and its action: policies that are attached, in their order.
    async fn pass(&mut self, found: &Found<'_>, head: &mut Parts) -> Result<(), Fault> {
        let policies = Effective::of_route(&self.active.config, found.route())?;
        self.policies = Some(policies);
        limit::admit(self, &policies, head)?;
        if policies.global_rate_limit().is_none() {
            return Ok(());
        }
        // Boxed, like other rare ways.
        Box::pin(global_limit::admit(self, head, Stage::Head)).await?;
        match &found.route().action {
            // Once it is known whether somebody reads the prompt.
            Action::Forward(_) => Ok(()),
            Action::Redirect(_) | Action::Respond(_) => {
                Box::pin(global_limit::admit(self, head, Stage::Unread)).await
            }
        }
    }

    /// A host that another chain of this listener serves was not what the client shook hands for (RFC 9110,
    /// section 15.5.20).
    fn check_direction(&self) -> Result<(), Fault> {
        if !self.client.is_tls {
            return Ok(());
        }
        let served = self
            .active
            .served(&self.client.bound)
            .ok_or(Kind::NoRoute)?;
        let host = route::host::normalize(self.inspected.authority());
        match served.listener.chain(Some(&host)) {
            Some(chain) if std::ptr::eq(Arc::as_ptr(chain), self.chain) => Ok(()),
            Some(_) => Err(Kind::Misdirected.into()),
            None => Err(Kind::NoRoute.into()),
        }
    }

    fn start_trace(&mut self, headers: &mut HeaderMap) {
        let worker = &self.client.worker;
        if let Some(tracer) = &worker.shared.tracer {
            let name = self
                .record
                .request
                .head
                .as_ref()
                .map_or("HTTP", |head| head.method.as_str());
            self.record.span = trace::start(tracer, headers, name, worker.upstream.random());
        }
    }
}

// === impl Reply ===

impl From<Response<ResponseBody>> for Reply {
    fn from(response: Response<ResponseBody>) -> Reply {
        Reply {
            response: Box::new(response),
            splice: None,
        }
    }
}
