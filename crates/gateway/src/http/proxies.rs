//! Proxies in front of the server, which tell whose requests they pass on (`X-Forwarded-For`).

use axum::http::{HeaderMap, HeaderName};
use std::net::IpAddr;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Proxies that are believed, by their addresses. None are, unless the operator names some: anybody can send the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(pub Vec<IpAddr>);

impl Proxies {
    /// The address that a request came from: that of the connection, or if it is a proxy's the last in its header that is
    /// not. What stands before it may be made up.
    pub(super) fn client(&self, connection: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.0.contains(&connection) {
            return connection;
        }
        let lines = headers.get_all(&FORWARDED_FOR).into_iter().filter_map(|value| value.to_str().ok());
        let passed: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        let mut nearest = connection;
        for text in passed.into_iter().rev() {
            let Ok(address) = text.parse() else { break };
            nearest = address;
            if !self.0.contains(&address) {
                break;
            }
        }
        nearest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_proxies_say_is_believed() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = Proxies(vec![ip("10.0.0.1"), ip("10.0.0.2")]);
        let of = |connection: &str, lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED_FOR, line.parse().unwrap());
            }
            proxies.client(ip(connection), &headers).to_string()
        };
        assert_eq!(of("192.0.2.1", &["198.51.100.1"]), "192.0.2.1");
        assert_eq!(of("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(of("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(of("10.0.0.1", &["203.0.113.9, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(of("10.0.0.1", &["203.0.113.9", "2001:db8::1"]), "2001:db8::1");
        assert_eq!(of("10.0.0.1", &["198.51.100.1, nonsense"]), "10.0.0.1");
    }
}
