// Package deploy has what nodes are run with: a container file, units of systemd, and a remote signer, each held to what it
// says by tests.
package deploy
