package main

import (
	"fmt"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/clearance"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/table"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// unregistered is the answer about a content that nobody registered. Whoever asks wants to
// use it, and it is not theirs to register.
func (c *clearing) unregistered() error {
	c.rights = licensetypes.Rights{
		Verdict: licensetypes.VERDICT_UNKNOWN, Reasons: []licensetypes.Reason{{Code: string(rules.NotRegistered)}},
	}
	if c.conn.JSON() {
		if err := c.printJSON(); err != nil {
			return err
		}
		return exitError{code: exitFailed, err: errNotAllowed, said: true}
	}
	c.conn.Say("%s: %s", clearance.Headline(c.rights.Verdict), clearance.Words(c.use))
	c.conn.Say("%s", table.Clean(fmt.Sprintf("Nobody has registered %s, so nothing is known of any permission: "+
		"it is neither given nor denied here. Ask whoever made it. A digest fits exactly one content: "+
		"a file that was changed or converted is another. [%s]",
		c.argument, rules.NotRegistered)))
	return exitError{code: exitFailed, err: errNotAllowed, said: true}
}
