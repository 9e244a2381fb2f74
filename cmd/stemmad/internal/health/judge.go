package health

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
)

// Mark is how bad a finding is.
type Mark string

// The marks.
const (
	OK   Mark = "ok"
	Note Mark = "note"
	Bad  Mark = "bad"
)

// Finding is one thing that was looked at. Its code is stable; one that is not OK has a remedy.
type Finding struct {
	Code   string `json:"code"`
	Mark   Mark   `json:"mark"`
	Found  string `json:"found"`
	Remedy string `json:"remedy,omitempty"`
}

const (
	// stands is after how long without a block something is wrong: far above the rounds that a proposer who is away costs.
	stands = time.Minute
	// behind is how many blocks others may be ahead: two are on their way.
	behind = 20
	// fewPeers: with fewer one that goes away cuts the node off.
	fewPeers = 2
	// openFiles is how many the databases and connections take together.
	openFiles = 4096
	// daysLeft is how far ahead a disk that fills is a finding.
	daysLeft = 14
	// future is how far block time may be before the machine's: rounds and their messages.
	future = 2 * time.Second
	// fullDisk is what a block may need, whatever min-free says.
	fullDisk = 64 << 20
	// aheadOfChain is by how much what was signed may be above the height that was read before it: many nodes were asked in between.
	aheadOfChain = 1000
	// spareDisk is how many times min-free should be free.
	spareDisk = 8
)

// Judge says what was found, everything that was looked at in a fixed order.
func Judge(f Facts) []Finding {
	found := []Finding{running(f)}
	if f.Node != nil {
		found = append(found, synced(f), onlyMe(f), peers(f), clock(f))
	}
	if f.Unasked != "" {
		found = append(found, bad("state", "start it again; where it stays so, its log says what holds it",
			"the node answers, but not what the chain's state has: its validator and the next upgrade are not known: %s", f.Unasked))
	}
	for _, s := range f.Silent {
		found = append(found, note("others", "look whether it runs and the address is that of its RPC, or name another with --rpc or in rpc_servers",
			"%s was not asked: %s", s.At, s.Why))
	}
	found = append(found, signKey(f))
	if f.Validator != nil {
		found = append(found, missed(*f.Validator))
	}
	if f.Plan != nil && f.Node != nil {
		found = append(found, planned(*f.Plan, *f.Node))
	}
	return append(append(found, room(f), growth(f), files(f)), settings(f)...)
}

// Unreadable is what is found where the settings can't be read, without which nothing else is looked at.
func Unreadable(err error) Finding {
	return bad("settings", "mend the file that is named, or take that of a new home, which stemmad init makes", "the settings can't be read: %s", err)
}

func ok(code, format string, args ...any) Finding {
	return Finding{Code: code, Mark: OK, Found: fmt.Sprintf(format, args...)}
}

func bad(code, remedy, format string, args ...any) Finding {
	return Finding{code, Bad, fmt.Sprintf(format, args...), remedy}
}

func note(code, remedy, format string, args ...any) Finding {
	return Finding{code, Note, fmt.Sprintf(format, args...), remedy}
}

func running(f Facts) Finding {
	if f.Node == nil && f.Begins.After(f.Now) {
		return note("running", "wait until then, with the node started", "the chain begins at %s, by its genesis: a node that is started before answers from then on",
			f.Begins.UTC().Format(time.RFC3339))
	}
	if f.Node == nil {
		return bad("running", "stemmad start, or look why it ended: its last lines say so, with an exit code of the list in `stemmad start --help`",
			"the node does not answer at %s: %s", f.Comet.RPC.ListenAddress, f.NotAnswering)
	}
	return ok("running", "answers at %s, chain %s", f.Comet.RPC.ListenAddress, f.Node.ChainID)
}

func synced(f Facts) Finding {
	age := f.Now.Sub(f.Node.Time)
	switch {
	case f.Node.Height == 0:
		return note("sync", "wait; where it stays so, its log says what of the snapshot it waits for",
			"it has no block yet, and takes the state from a snapshot")
	case f.Node.CatchingUp:
		return note("sync", "wait; `stemmad join` on a new home, by a snapshot, is faster than thousands of blocks",
			"it catches up: height %d, of %s ago", f.Node.Height, round(age))
	case age > stands:
		return bad("sync", "see only-me: whether the network stands too", "no block for %s; the last is %d", round(age), f.Node.Height)
	}
	return ok("sync", "at height %d, of %s ago", f.Node.Height, round(age))
}

// onlyMe says whether what is wrong is wrong with this node alone.
func onlyMe(f Facts) Finding {
	best, at := f.Node.PeersHeight, "its peers"
	for _, o := range f.Others {
		if o.Differs {
			return bad("only-me", "stop it. Compare binary and genesis with the network's (`stemmad version`, `stemmad start --help`), "+
				"then `stemmad rollback`, or `stemmad reset` and `stemmad join`",
				"%s has another block than this node at the same height", o.At)
		}
		if o.Height > best {
			best, at = o.Height, o.At
		}
	}
	stopped := f.Now.Sub(f.Node.Time) > stands
	switch {
	case best == 0 && len(f.Others) == 0:
		return note("only-me", "name nodes of others in rpc_servers of config.toml, or with --rpc", "nobody else was asked: no peer says how far it is")
	case best > f.Node.Height+behind && f.Node.CatchingUp:
		return ok("only-me", "%s: height %d; this node catches up", at, best)
	case best > f.Node.Height+behind:
		return bad("only-me", "the network goes on without this node: read its log, start it again, compare its binary with the plan of the last upgrade",
			"only this node: it is at height %d, %s at %d", f.Node.Height, at, best)
	case stopped:
		return bad("only-me", "the network stands: more than a third of the voting power is away. Ask the other validators; nothing on this machine mends it",
			"not only this node: nobody is above height %d", max(best, f.Node.Height))
	}
	return ok("only-me", "%s: height %d, this node %d", at, best, f.Node.Height)
}

func peers(f Facts) Finding {
	n := f.Node
	switch {
	case n.Peers == 0:
		return bad("peers", "name some in persistent_peers of config.toml (ID@HOST:PORT, of the join bundle), open the way out, "+
			"and look whether others have this node's key: two nodes of one ID are one to their peers", "no peers")
	case n.Peers < fewPeers:
		return note("peers", "name more in persistent_peers of config.toml", "%d peer: when it goes, this node is alone", n.Peers)
	case n.Inbound == 0 && f.Comet.P2P.ExternalAddress == "" && !f.Comet.P2P.PexReactor:
		return ok("peers", "%d, none of which called by itself, as it should be behind sentries", n.Peers)
	}
	return ok("peers", "%d: this node called %d, and %d called it", n.Peers, n.Peers-n.Inbound, n.Inbound)
}

func clock(f Facts) Finding {
	const remedy = "let the system hold the clock to others (chrony, systemd-timesyncd): votes of a wrong clock move the chain's time, or are late"
	switch ahead := f.Node.Time.Sub(f.Now); {
	case ahead > future:
		return bad("clock", remedy, "the last block is of %s in the future: this machine's clock is slow", round(ahead))
	case f.ClockSet != nil && !*f.ClockSet:
		return note("clock", remedy, "the system does not hold this machine's clock to others")
	}
	return ok("clock", "block time is not before this machine's")
}

func signKey(f Facts) Finding {
	const code = "sign-key"
	switch {
	case f.Key.Fault != "":
		return bad(code, "put the key back from where you keep it, from a file that was never on two machines: see After the worst day in docs/operators.md",
			"the key can't be read: %s", f.Key.Fault)
	case f.Key.Address == "" && f.Comet.PrivValidatorListenAddr == "" && (f.Key.Signed > 0 || !f.Key.Known):
		return bad(code, "put the key back, or, where it is elsewhere now, move what it has signed there too: stemmad start says more",
			"there is no key in %s, or not what it has signed", f.Comet.PrivValidatorKeyFile())
	case f.Key.Address == "" && f.Comet.PrivValidatorListenAddr == "":
		return note(code, "stemmad start makes a new one; a validator's has to be put in its place before that", "there is no key in %s",
			f.Comet.PrivValidatorKeyFile())
	case f.Key.Address == "":
		return ok(code, "blocks are signed by a remote signer, at %s", f.Comet.PrivValidatorListenAddr)
	case f.Validator != nil && f.Validator.Tombstoned:
		return bad(code, "stop it; find the other process or machine that has the key. This key is out for ever: a new validator needs a new one",
			"two blocks of one height were signed with this node's key, and the validator is removed for good")
	case f.SignedAbove > 0:
		return bad(code, "stop this node now. Either another process signs with its key (a copy of the home folder, a forgotten machine), or what this one "+
			"has signed was lost (data/priv_validator_state.json): until that is clear one signature too many is slashed",
			"height %d was signed with this node's key, and this machine has signed up to %d only", f.SignedAbove, f.Key.Signed)
	case !f.Key.Known:
		return bad(code, "stemmad start says how to write it anew", "%s is lost or damaged: what was signed is not known", f.Comet.PrivValidatorStateFile())
	case f.Node != nil && f.Node.Power > 0 && f.Key.Signed > f.Node.Height+aheadOfChain:
		return bad(code, "is the file of this chain? It signs nothing below that height. Where nothing of this chain was signed yet, "+
			"see docs/operators.md, Checking and exporting", "%s says that height %d was signed, and the chain is at %d", f.Comet.PrivValidatorStateFile(), f.Key.Signed, f.Node.Height)
	case f.Node == nil && len(f.Others) == 0:
		return note(code, "name a node of others with --rpc", "no block was seen: whether another machine signs with this node's key is not known")
	case f.Node != nil && f.Node.Power > 0 && f.Key.Signed == 0:
		return note(code, "wait a block; where it stays so, another machine signs, or none", "this machine has signed nothing yet")
	}
	return ok(code, "nobody else signs with this node's key, as far as blocks show; signed up to height %d", f.Key.Signed)
}

func missed(v Validator) Finding {
	const code = "missed-blocks"
	switch {
	case v.Tombstoned:
		return bad(code, "see sign-key", "removed for signing twice")
	case v.Jailed:
		return bad(code, "once it has caught up: stemmad tx slashing unjail --from KEY", "jailed: it missed too many blocks, or has too little of its own stake")
	case !v.Bonded:
		return note(code, "it needs more stake than the last of the validators has", "not among the validators that sign")
	case v.Missed > v.Allowed/2:
		return bad(code, "with more than %[1]d it is jailed and slashed: see sync, clock and disk, and how busy the machine is",
			"%d of the last %d blocks missed", v.Missed, v.Window).with(v.Allowed)
	case v.Missed > v.Allowed/10:
		return note(code, "with more than %[1]d it is jailed: see sync, clock and disk", "%d of the last %d blocks missed", v.Missed, v.Window).with(v.Allowed)
	}
	return ok(code, "%d of the last %d missed; more than %d would jail it", v.Missed, v.Window, v.Allowed)
}

func (f Finding) with(args ...any) Finding {
	f.Remedy = fmt.Sprintf(f.Remedy, args...)
	return f
}

func planned(p Plan, n Node) Finding {
	left := (time.Duration(p.Height-n.Height) * n.Pace).Round(time.Minute)
	if !p.Known {
		return note("upgrade", "stemmad upgrade check", "%s is planned for height %d, in about %s, and this binary does not know it", p.Name, p.Height, left)
	}
	return ok("upgrade", "%s is planned for height %d, in about %s; this binary knows it", p.Name, p.Height, left)
}

func room(f Facts) Finding {
	const remedy = "make room: stemmad prune, fewer states or blocks kept (pruning in app.toml, min-retain-blocks), a larger disk"
	free := humanize.IBytes(f.Disk.Free)
	switch {
	case f.Disk.Free < fullDisk:
		return bad("disk", remedy, "%s free: nothing can be written", free)
	case f.Disk.Free < f.Settings.MinFree:
		return bad("disk", remedy, "%s free: below min-free, %s, the node ends", free, humanize.IBytes(f.Settings.MinFree))
	case f.Disk.Free/spareDisk < f.Settings.MinFree:
		return bad("disk", remedy, "%s free, and the node ends below %s", free, humanize.IBytes(f.Settings.MinFree))
	}
	return ok("disk", "%s free, %s used", free, humanize.IBytes(f.Disk.Used))
}

func growth(f Facts) Finding {
	if f.Disk.PerDay == 0 {
		return ok("disk-growth", "not known: the node has too few blocks, or does not answer")
	}
	days := f.Disk.Free / f.Disk.PerDay
	if days < daysLeft {
		return note("disk-growth", "min-retain-blocks in app.toml bounds the blocks that are kept; see disk",
			"about %s a day, full in %d days", humanize.IBytes(f.Disk.PerDay), days)
	}
	return ok("disk-growth", "at most about %s a day; pruned states and a full index of old blocks grow less", humanize.IBytes(f.Disk.PerDay))
}

func files(f Facts) Finding {
	if f.OpenFiles > 0 && f.OpenFiles < openFiles {
		return note("open-files", fmt.Sprintf("ulimit -n %d, or LimitNOFILE=%d of systemd", 16*openFiles, 16*openFiles),
			"a process may open %d files, as this shell has it", f.OpenFiles)
	}
	return ok("open-files", "a process may open %d files, as this shell has it", f.OpenFiles)
}

func round(d time.Duration) time.Duration {
	if d > time.Minute {
		return d.Round(time.Second)
	}
	return d.Round(100 * time.Millisecond)
}
