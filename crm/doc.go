// Package crm keeps the people and companies that a salesperson works with, in the store's file, and finds them by the
// addresses that mail and meetings carry. It knows nothing of Graph.
package crm
