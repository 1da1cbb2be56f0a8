//! The gateway to models, end to end: whoever asks in whatever format, and whoever answers.
//!
//! Each provider is a mock of its own, which keeps an account of what it told. Must not look into the gateway: tests see its
//! answers, its metrics and the mocks.

mod account;
mod affinity;
mod alive;
mod allowed;
mod ask;
mod authorization;
mod bad;
mod beyond;
mod budget;
mod cache;
mod clouds;
mod consumers;
mod content;
mod credential;
mod dead;
mod downgrade;
mod endpoints;
mod expressions;
mod extremes;
mod failover;
mod fallback;
mod given;
mod global_limit;
mod guard;
mod heads;
mod hold;
mod invoke;
mod kept;
mod keys;
mod leave;
mod ledger;
mod limit;
mod load;
mod mock;
mod models;
mod page;
mod policy;
mod rate_limit_service;
mod realtime;
mod redis;
mod refresh;
mod remote_guard;
mod rig;
mod routes;
mod sdk;
mod sent;
mod surface;
mod told;
mod tools;
mod turns;
mod unfit;
mod usage;
mod wait;
