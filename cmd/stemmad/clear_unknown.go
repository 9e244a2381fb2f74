package main

import (
	"fmt"
	"os"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// unregistered is the answer about a content that nobody registered. Whoever asks wants to
// use it, and it is not theirs to register.
func (c *clearing) unregistered() error {
	c.answer = licensetypes.Rights{
		Verdict: licensetypes.VERDICT_UNKNOWN, Reasons: []licensetypes.Reason{{Code: string(rules.NotRegistered)}},
	}
	if c.conn.JSON() {
		if err := c.printJSON(c.conn.CmdContext); err != nil {
			return err
		}
		return exitError{code: exitNotFound, err: errNotAllowed, said: true}
	}
	c.conn.Say("%s: %s", words.Headline(c.answer.Verdict), words.Use(c.use))
	c.conn.Say("%s", table.Clean(fmt.Sprintf("Nobody has registered %s, so nothing is known of any permission: "+
		"it is neither given nor denied here. Ask whoever made it. A digest fits exactly one content: "+
		"a file that was changed or converted is another. [%s]",
		c.argument, rules.NotRegistered)))
	if target.IsManifest(c.argument) {
		c.conn.Say("%s: %s.", table.Clean(c.argument), table.Clean(target.ManifestHint(c.argument)))
	}
	if listsWorks(c.argument) {
		c.conn.Say("%s", table.Clean(fmt.Sprintf("%s lists works: to ask about those, write --%s %s.", c.argument, flagManifest, c.argument)))
	}
	return exitError{code: exitNotFound, err: errNotAllowed, said: true}
}

// listsWorks says whether a file reads as a manifest.
func listsWorks(path string) bool {
	info, err := os.Stat(path)
	if err != nil || info.Size() > maxHint {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	manifest, err := rights.ReadManifest(f, path, sheet.Options{})
	return err == nil && len(manifest.Rows) > 0
}

// maxHint is the largest file that is looked into for a hint.
const maxHint = 8 << 20
