// Package auth signs a person in to Microsoft 365 and keeps them signed in.
//
// It runs the authorization code flow with PKCE over a loopback redirect (RFC 8252, RFC 7636, OpenID Connect Core 1.0),
// keeps the refresh token in the operating system's keychain, hands out access tokens, builds the link with which an
// administrator approves the program, and puts every failure into plain words (Explain).
//
// It is not a Graph client, knows nothing of the local database and draws nothing: no Fyne, no SQL. Access tokens live in
// memory only; the refresh token lives in the keychain only, and never in a log or an error.
package auth
