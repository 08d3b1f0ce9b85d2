// Package outlook speaks Microsoft Graph v1.0 for one mailbox: its folders, messages, calendars and events, and the calls
// that send. It knows the wire: immutable ids, delta links, ETags, throttling, which request may be repeated.
//
// It keeps nothing: rows, queues and what the person meant belong to outlook/mirror. It does not sign in (package auth).
package outlook
