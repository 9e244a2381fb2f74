package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/generation"
	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/rates"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagSources       = flags.FlagFrom
	flagExternal      = "external"
	flagWeights       = "weights"
	flagMaxRate       = "max-rate"
	flagUnder         = "under"
	flagCommercial    = "commercial"
	flagBuy           = "buy"
	flagMaxFee        = "max-fee"
	flagMaxNetworkFee = "max-network-fee"
	flagModel         = "model"
	flagProvider      = "provider"
	flagSystem        = "system"
	flagSystemVersion = "system-version"
	flagPromptFile    = "prompt-file"
	flagPromptHash    = "prompt-hash"
	flagOutputID      = "output-id"
	flagGeneratedAt   = "generated-at"
	flagPayUses       = "pay-uses"
)

func addDeriveFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArray(flagSources, nil, "source, as WORK|FILE[=role][@terms-or-grant]; may be repeated")
	f.StringArray(flagExternal, nil,
		"source that is not registered, as URI|FILE[=role]: declared, not paid; registered ones are refused; may be repeated")
	f.String(flagWeights, "", "part of each source in the output, in the order of --from, then --external: 60%,40%; declared, owes nothing")
	f.String(flagMaxRate, "", "most that the work may owe in all, such as 15% (default: what it is now)")
	f.StringArray(flagUnder, nil,
		"terms or grant to rely on, for each source that names none with @; repeated: the first that a source is offered under")
	f.Bool(flagCommercial, false, "only rely on terms that allow commercial use, without share-alike and ceiling where there are such")
	f.Bool(flagAllowUnapproved, false, "declare it although owners have not approved: no offers and grants until they do")
	f.Bool(flagBuy, false, "buy the grants that are needed, in the same transaction")
	f.String(flagMaxFee, "", "most to pay for each source, such as '5.00 USDC' or 5000000uusdc; "+
		"its denom picks the price (not needed with --dry-run)")
	f.Bool(flagPayUses, false, "pay what the permissions ask for each use, in the same transaction, within --max-fee for each source")
	f.String(flagModel, "", "AI model that made it, as a work id or a name; adds a generation record")
	f.String(flagProvider, "", "provider of the model or service")
	f.String(flagSystem, "", "name of the system that made it")
	f.String(flagSystemVersion, "", "version of that system")
	f.String(flagPromptFile, "", "file with the prompt; only its SHA-256 is recorded")
	f.String(flagPromptHash, "", "SHA-256 of the prompt, in place of --prompt-file")
	f.String(flagOutputID, "", "the generator's own unique id of the output")
	f.String(flagGeneratedAt, "", "when it was made, in RFC 3339")
}

// chosen is a source with the permission that was found.
type chosen struct {
	work   target.Work
	role   lineagetypes.Role
	weight uint32
	choice permitted.Choice
	// before is what the work relied on for the source so far, in words; empty: nothing.
	before string
	// stood is that permission; nil: there is none. changes are what replacing it does, a
	// line each.
	stood   *lineagetypes.Link
	changes []string
}

func isUnregistered(err error) bool { return errors.Is(err, target.ErrUnregistered) }

// readSources reads the flags about sources and the generation record, and finds
// the permissions.
func (d *derivation) readSources(ctx context.Context, conn *connect.Conn, sender *send.Sender) error {
	var err error
	if d.record, err = readRecord(ctx, conn, sender); err != nil {
		return err
	}
	named, external := conn.Flags().Texts(flagSources), conn.Flags().Texts(flagExternal)
	proposed, err := d.proposed(ctx, conn, named)
	if err != nil {
		return err
	}
	if len(named)+len(external) == 0 && d.record == nil {
		return fmt.Errorf("name the sources with --%s (see stemmad derive --help)%s", flagSources, orTake(proposed))
	}
	weights, err := readWeights(conn, len(named)+len(external))
	if err != nil {
		return err
	}
	role := defaultRole(len(named)+len(external), d.record != nil)
	most, err := maxFee(conn)
	if err != nil {
		return err
	}
	finder := permitted.Finder{Chain: conn, Name: termsNamer(ctx, conn), Choose: chooser(conn)}
	// All are looked at before the first that is refused is reported.
	var failed []error
	for i, s := range named {
		found, err := choose(ctx, conn, finder, s, role, d.record != nil, permitted.Request{Units: conn.Units(), Request: permission.Request{
			Licensee: sender.Address, Derivative: d.work, Commercial: conn.Flags().Is(flagCommercial),
			Buy: conn.Flags().Is(flagBuy), MaxFee: most, Now: time.Now(), Several: len(named) > 1,
			AnyPrice: sender.DryRun(),
		}})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		found.weight = weights[i]
		d.sources = append(d.sources, found)
	}
	for i, s := range external {
		source, err := readExternal(ctx, s, role)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		source.Weight = weights[len(named)+i]
		d.external = append(d.external, source)
	}
	return unusable(failed, len(named)+len(external))
}

// unusable joins what is wrong with sources; nil for nothing.
func unusable(failed []error, sources int) error {
	switch {
	case len(failed) == 0:
		return nil
	case sources == 1:
		return failed[0]
	}
	return fmt.Errorf("%d of %s cannot be used:\n%w", len(failed), count(sources, "source"), errors.Join(failed...))
}

func defaultRole(sources int, generated bool) lineagetypes.Role {
	switch {
	case generated:
		return lineagetypes.ROLE_INPUT_TO
	case sources == 1:
		return lineagetypes.ROLE_PARENT_OF
	}
	return lineagetypes.ROLE_COMPONENT_OF
}

// choose reads a source, resolves it and finds the permission to derive from it.
// The role is for a source that names none; generated: an AI system made the work.
func choose(
	ctx context.Context, conn *connect.Conn, finder permitted.Finder, text string, role lineagetypes.Role,
	generated bool, request permitted.Request,
) (chosen, error) {
	source, err := target.ParseSource(text)
	if err != nil {
		return chosen{}, err
	}
	work, err := target.EarliestSafe(ctx, conn.Registry(), source.Work)
	if isUnregistered(err) {
		return chosen{}, fmt.Errorf("%w; --%s %s declares it without paying it", err, flagExternal, source.Work)
	}
	if err != nil {
		return chosen{}, err
	}
	found := chosen{work: work, role: source.Role}
	if found.role == lineagetypes.ROLE_UNSPECIFIED {
		found.role = role
	}
	if found.role == lineagetypes.ROLE_CITES {
		found.choice.How = "mentioned only, no permission needed"
		return found, nil
	}
	request.Source, request.Title = work.Id, table.Short(describe.Heading(work.Claim))
	request.Wanted = source.Permission
	for _, action := range found.role.Asks(generated) {
		request.Actions = append(request.Actions, licensetypes.Action(action))
	}
	if under := conn.Flags().Texts(flagUnder); source.Permission == "" && len(under) > 0 {
		found.choice, err = chosenUnder(ctx, finder, request, under, work.Owner)
		return found, err
	}
	found.choice, err = finder.Find(ctx, request)
	return found, err
}

// chosenUnder finds the first of the terms and grants named that a source can be
// relied on under. One's own work needs none.
func chosenUnder(
	ctx context.Context, finder permitted.Finder, request permitted.Request, under []string, owner string,
) (permitted.Choice, error) {
	if owner == request.Licensee.String() {
		// Shared with others it is licensed like anybody else's.
		if choice, err := finder.Find(ctx, request); err == nil && choice.Permission == "" {
			return choice, nil
		}
	}
	var refused []error
	for _, request.Wanted = range under {
		choice, err := finder.Find(ctx, request)
		if !errors.Is(err, permitted.ErrRefused) {
			return choice, err
		}
		refused = append(refused, err)
	}
	return permitted.Choice{}, errors.Join(refused...)
}

// chooser has a person at a terminal choose between permissions. -y answers whether
// to send; it never chooses a licence, and neither does what a script reads from.
func chooser(conn *connect.Conn) func(list string, options int) (int, bool, error) {
	if !conn.Watched() {
		return nil
	}
	return func(list string, options int) (int, bool, error) {
		answer, err := conn.Answer(fmt.Sprintf("%s\nWhich one? [1-%d, nothing: none]: ", list, options))
		if errors.Is(err, io.EOF) || err == nil && answer == "" {
			return 0, false, nil
		}
		if err != nil {
			return 0, false, err
		}
		chosen, err := strconv.Atoi(answer)
		if err != nil || chosen < 1 || chosen > options {
			return 0, false, fmt.Errorf("%q is none of the numbers 1 to %d: nothing was chosen and nothing sent",
				answer, options)
		}
		return chosen - 1, true, nil
	}
}

// maxFee reads --max-fee; nil without.
func maxFee(conn *connect.Conn) (*sdk.Coin, error) {
	s := conn.Flags().Text(flagMaxFee)
	if s == "" {
		return nil, nil
	}
	coin, err := conn.Coin(s)
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flagMaxFee, err)
	}
	return &coin, nil
}

// maxRate reads --max-rate, the whole without; given says whether it was set.
func maxRate(conn *connect.Conn) (rate uint32, given bool, err error) {
	s := conn.Flags().Text(flagMaxRate)
	if s == "" {
		return fullWeight, false, nil
	}
	if rate, err = rates.Parse(s); err != nil {
		return 0, false, fmt.Errorf("--%s: %w", flagMaxRate, err)
	}
	return rate, true, nil
}

func readWeights(conn *connect.Conn, sources int) ([]uint32, error) {
	weights := make([]uint32, sources)
	s := conn.Flags().Text(flagWeights)
	if s == "" {
		return weights, nil
	}
	parts := strings.Split(s, ",")
	if len(parts) != sources {
		return nil, fmt.Errorf("--%s has %d weights for %d sources: give one each, 0 for unknown", flagWeights, len(parts), sources)
	}
	for i, part := range parts {
		var err error
		if weights[i], err = rates.Parse(part); err != nil {
			return nil, fmt.Errorf("--%s: %w", flagWeights, err)
		}
	}
	return weights, nil
}

// readExternal reads URI|FILE[=role]. A file is declared by its SHA-256. What
// follows the last = of a URI is a role only if it is the name of one.
func readExternal(ctx context.Context, s string, role lineagetypes.Role) (lineagetypes.Source, error) {
	name := s
	if at := strings.LastIndexByte(s, '='); at > 0 {
		if named, err := target.ParseRole(s[at+1:]); err == nil {
			name, role = s[:at], named
		}
	}
	source := lineagetypes.Source{Role: role, External: &lineagetypes.External{Uri: name}}
	if isURL(name) {
		return source, nil
	}
	if parsed, err := target.Parse(ctx, name); err == nil && parsed.Digest != nil {
		source.External = &lineagetypes.External{Sha256: *parsed.Digest}
	} else if !strings.Contains(name, ":") {
		return source, fmt.Errorf("--%s %q is neither a file, nor a SHA-256, nor a URI", flagExternal, name)
	}
	return source, nil
}

// readRecord reads the generation record; nil without --model.
func readRecord(ctx context.Context, conn *connect.Conn, sender *send.Sender) (*lineagetypes.GenerationRecord, error) {
	f := conn.Flags()
	if !f.Changed(flagModel) {
		for _, name := range []string{
			flagProvider, flagSystem, flagSystemVersion, flagPromptFile, flagPromptHash, flagOutputID,
			flagGeneratedAt,
		} {
			if f.Changed(name) {
				return nil, fmt.Errorf("--%s belongs to a generation record, which needs --%s", name, flagModel)
			}
		}
		return nil, nil
	}
	said := generation.Said{
		Model: f.Text(flagModel), Provider: f.Text(flagProvider), System: f.Text(flagSystem),
		SystemVersion: f.Text(flagSystemVersion), OutputID: f.Text(flagOutputID), GeneratedAt: f.Text(flagGeneratedAt),
		PromptSHA256: f.Text(flagPromptHash),
	}
	if path := f.Text(flagPromptFile); path != "" {
		if said.PromptSHA256 != "" {
			return nil, fmt.Errorf("--%s and --%s say the same: give one", flagPromptFile, flagPromptHash)
		}
		file, err := register.SumFile(ctx, path)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flagPromptFile, err)
		}
		said.PromptSHA256 = registrytypes.Digest(file.Digest).String()
	}
	return said.Record(sender.Agent())
}
