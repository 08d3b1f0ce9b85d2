// Package mirror keeps a mailbox and its calendar in the store: it follows delta links and writes what comes, and it
// carries the person's edits back through an outbox, each exactly once. Pages read from here and edit here; they never
// wait for the network.
//
// It is not a Graph client (that is package outlook) and does not know what a CRM record is (package crm).
package mirror
