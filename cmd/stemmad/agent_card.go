package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/agent"
	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagCard           = "card"
	flagResponsible    = "responsible"
	flagContact        = "contact"
	flagModelVersion   = "model-version"
	flagEndpoint       = "endpoint"
	flagDocument       = "document"
	flagDocumentFile   = "document-file"
	flagDocumentSHA256 = "document-sha256"
	flagJWKThumbprint  = "jwk-thumbprint"
	flagKeyDirectory   = "key-directory"
	flagDescription    = "description"
	flagTakes          = "takes"
	flagGives          = "gives"
)

// addCardFlags adds what a passport says in public.
func addCardFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.String(flagCard, "", "file of YAML with the card (\"-\": standard input); flags beside it replace what it says")
	f.String(flagResponsible, "", "name of who answers for the agent, in public")
	f.String(flagURI, "", "URI where they say who they are")
	f.String(flagContact, "", "how they are reached: a URI or an address of mail")
	f.String(flagModel, "", "model that it runs on: its public name, or the work (work1...) where it is registered")
	f.String(flagModelVersion, "", "version of the model")
	f.StringArray(flagEndpoint, nil, "where it is reached: PROTOCOL[@VERSION]=URI, such as mcp=https://...; again for more, up to 16")
	f.String(flagDocument, "", "URI of a document about it")
	f.String(flagDocumentFile, "", "file that the document's URI serves, of which the SHA-256 is noted")
	f.String(flagDocumentSHA256, "", "SHA-256 of what the document's URI serves")
	f.String(flagJWKThumbprint, "", "thumbprint (RFC 7638) of the key that signs its HTTP messages")
	f.String(flagKeyDirectory, "", "URI of the directory of such keys")
	f.String(flagDescription, "", "what it does")
}

// readCard reads the card that flags and the file say, over the one that is there.
func readCard(ctx context.Context, conn *connect.Conn, card agenttypes.Card) (agenttypes.Card, error) {
	f := conn.Flags()
	if path := f.Text(flagCard); path != "" {
		raw, err := readSmall(conn, path)
		if err != nil {
			return card, err
		}
		if card, err = agent.ReadCard(raw); err != nil {
			return card, fmt.Errorf("%s: %w", path, err)
		}
	}
	for name, field := range map[string]*string{
		flagResponsible: &card.Responsible.Name, flagURI: &card.Responsible.Uri, flagContact: &card.Responsible.Contact,
		flagModelVersion: &card.Model.Version, flagJWKThumbprint: &card.JwkThumbprint, flagKeyDirectory: &card.KeyDirectory,
		flagDescription: &card.Description,
	} {
		if f.Changed(name) {
			*field = f.Text(name)
		}
	}
	if f.Changed(flagModel) {
		card.Model.Work, card.Model.Name = registrytypes.WorkID{}, f.Text(flagModel)
		if work, err := registrytypes.ParseWorkID(card.Model.Name); err == nil {
			card.Model.Work, card.Model.Name = work, ""
		}
	}
	if f.Changed(flagEndpoint) {
		var err error
		if card.Endpoints, err = readEndpoints(f.Texts(flagEndpoint)); err != nil {
			return card, err
		}
	}
	if err := readDocument(ctx, conn, &card); err != nil {
		return card, err
	}
	return card, card.Validate()
}

func readEndpoints(texts []string) (list []agenttypes.Endpoint, err error) {
	for _, text := range texts {
		protocol, uri, found := strings.Cut(text, "=")
		if !found {
			return nil, fmt.Errorf("--%s %q: write PROTOCOL=URI, or PROTOCOL@VERSION=URI", flagEndpoint, text)
		}
		protocol, version, _ := strings.Cut(protocol, "@")
		list = append(list, agenttypes.Endpoint{Protocol: protocol, Uri: uri, Version: version})
	}
	return list, nil
}

// readDocument reads the document's URI and SHA-256.
func readDocument(ctx context.Context, conn *connect.Conn, card *agenttypes.Card) (err error) {
	f := conn.Flags()
	file, hex := f.Text(flagDocumentFile), f.Text(flagDocumentSHA256)
	if f.Changed(flagDocument) {
		if card.DocumentUri = f.Text(flagDocument); card.DocumentUri == "" {
			card.DocumentSha256 = registrytypes.Digest{}
		} else if file == "" && hex == "" {
			return fmt.Errorf("--%s: say what it serves with --%s or --%s", flagDocument, flagDocumentFile, flagDocumentSHA256)
		}
	}
	switch {
	case file != "" && hex != "":
		return fmt.Errorf("--%s and --%s say the same: give one", flagDocumentFile, flagDocumentSHA256)
	case file != "":
		sum, err := register.SumFile(ctx, file)
		if err != nil {
			return err
		}
		card.DocumentSha256 = sum.Digest
	case hex != "":
		if card.DocumentSha256, err = digest.Parse(hex); err != nil {
			err = fmt.Errorf("--%s: %w", flagDocumentSHA256, err)
		}
	}
	return err
}

func agentRegisterCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "register NAME --responsible NAME --for 365d",
		Short: "Give an agent a passport: you answer for it, and it acts for you",
		Long: `Register makes the passport of an agent: you are its controller, who answers for what its keys do, and pays.
Its id follows from your account and the name, which never changes. All that the card says is public and
stays: it can be revised, and blanked. Without keys an agent does nothing: see "stemmad agent limit".`,
		Example: `  stemmad agent register painter --responsible "Acme" --contact mail@acme.example --model brush --for 365d --from alice
  stemmad agent register painter --card card.yaml --until 2027-01-31 --from alice`,
		Args: cobra.ExactArgs(1),
	}
	addCardFlags(cmd)
	addEndFlags(cmd)
	return sending(cmd, registerAgent)
}

func registerAgent(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	if err := agenttypes.ValidateName(args[0]); err != nil {
		return err
	}
	card, err := readCard(ctx, conn, agenttypes.Card{})
	if err != nil {
		return err
	}
	end, err := readEnd(conn, false)
	if err != nil {
		return err
	}
	id := agenttypes.NewAgentID(sender.Address, args[0])
	what := fmt.Sprintf("Register the agent %q (%s) until %s. %s answers for it in public, and your account for what its keys do.",
		args[0], id, table.Time(*end), table.Clean(card.Responsible.Name))
	return changeAgent(ctx, conn, sender, id, what, "Registered", "Would register",
		&agenttypes.MsgRegister{Controller: sender.Account(), Name: args[0], Card: card, ExpiresAt: *end})
}

func agentReviseCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "revise AGENT",
		Short: "Make a new version of an agent's card",
		Long: `Revise replaces what flags name of the card, or all of it with --card; an empty flag takes the field out.
Earlier versions stay: what was declared in the agent's name pins the version of its time.`,
		Example: `  stemmad agent revise painter --model-version 3 --from alice
  stemmad agent revise painter --card card.yaml --from alice`,
		Args: cobra.ExactArgs(1),
	}
	addCardFlags(cmd)
	return sending(cmd, func(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
		now, err := agentToChange(ctx, conn, sender, args[0])
		if err != nil {
			return err
		}
		card, err := readCard(ctx, conn, now.Card.Card)
		if err != nil {
			return err
		}
		if card.String() == now.Card.Card.String() {
			return fmt.Errorf("version %d of the card of %s says this already", now.Passport.Version, agentLine(now.Passport))
		}
		what := fmt.Sprintf("Make version %d of the card of %s.", now.Passport.Version+1, agentLine(now.Passport))
		return changeAgent(ctx, conn, sender, now.Passport.Id, what, "Revised", "Would revise",
			&agenttypes.MsgRevise{Controller: sender.Account(), Agent: now.Passport.Id, Card: card})
	})
}

func agentCardCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "card AGENT [--format yaml|a2a|erc8004|did]",
		Short: "Print an agent's card, as YAML to edit or in the formats of other networks",
		Long: `Card prints what the passport of an agent says: as YAML that "register" and "revise" take, as an A2A 1.0
AgentCard, as an ERC-8004 registration file, or as a DID document. Nothing is made up: what the passport
does not say is left out, and where the format needs it the command fails and says so. An A2A card names
the media types that the agent takes and gives, which a passport does not: say them with --takes and --gives.`,
		Example: `  stemmad agent card painter > card.yaml
  stemmad agent card agent1... --format a2a --takes text/plain --gives image/png
  stemmad agent card agent1... --format did --version 1`,
		Args: cobra.ExactArgs(1),
	}
	f := cmd.Flags()
	f.String(flagFormat, "yaml", "yaml, a2a, erc8004 or did")
	f.Uint32(flagVersion, 0, "version of the card (default: the present one)")
	f.StringArray(flagTakes, nil, "media type that the agent takes, for a2a; again for more")
	f.StringArray(flagGives, nil, "media type that it gives, for a2a; again for more")
	f.String(flags.FlagFrom, "", "key whose agent a name means (default: your only key)")
	return asking(cmd, printCard)
}

func printCard(ctx context.Context, conn *connect.Conn, args []string) error {
	res, err := agentNamed(ctx, conn, args[0])
	if err != nil {
		return err
	}
	r := agent.Rendered{
		Passport: res.Passport, Version: res.Passport.Version, Card: res.Card, Acts: res.Acts,
		Takes: conn.Flags().Texts(flagTakes), Gives: conn.Flags().Texts(flagGives),
	}
	if r.ChainID, err = conn.Network(); err != nil {
		return err
	}
	if r.Version, r.Card, err = cardVersion(ctx, conn, res); err != nil {
		return err
	}
	keys, err := conn.Agent().Keys(ctx, &agenttypes.QueryKeysRequest{Agent: res.Passport.Id})
	if err != nil {
		return err
	}
	for _, key := range keys.Keys {
		if key.Acts {
			r.Keys = append(r.Keys, key.Key)
		}
	}
	switch format := conn.Flags().Text(flagFormat); format {
	case "yaml":
		if !r.Card.BlankedSha256.IsZero() {
			return fmt.Errorf("version %d of the card of %s: %w", r.Version, res.Passport.Id, agent.ErrBlanked)
		}
		return printCardFile(conn, r.Card.Card)
	case "a2a":
		return printA2A(conn, r)
	case "erc8004":
		file, err := r.ERC8004()
		if err != nil {
			return err
		}
		return conn.PrintJSON(file)
	case "did":
		return conn.PrintJSON(r.DIDDocument())
	default:
		return fmt.Errorf("--%s is yaml, a2a, erc8004 or did, not %q", flagFormat, format)
	}
}

// printCardFile prints a card as a file to edit; for programs as the chain has it.
func printCardFile(conn *connect.Conn, card agenttypes.Card) error {
	if conn.JSON() {
		return printRaw(conn, &card)
	}
	written, err := agent.WriteCard(card)
	if err == nil {
		_, err = conn.Out().Write(written)
	}
	return err
}

func printA2A(conn *connect.Conn, r agent.Rendered) error {
	card, err := r.A2A()
	if err != nil {
		return err
	}
	if len(r.Takes) == 0 || len(r.Gives) == 0 {
		conn.Note("It names no media types that the agent takes or gives, which A2A demands: say them with --%s and --%s.", flagTakes, flagGives)
	}
	return conn.PrintJSON(card)
}

// cardVersion is the version of the card that --version names, or the present one.
func cardVersion(ctx context.Context, conn *connect.Conn, res *agenttypes.QueryAgentResponse) (uint32, agenttypes.CardVersion, error) {
	version, _ := conn.Flags().GetUint32(flagVersion)
	switch {
	case !conn.Flags().Changed(flagVersion) || version == res.Passport.Version:
		return res.Passport.Version, res.Card, nil
	case version == 0 || version > res.Passport.Version:
		return 0, res.Card, fmt.Errorf("--%s: %s has versions 1 to %d, not %d", flagVersion, res.Passport.Id, res.Passport.Version, version)
	}
	cards, err := conn.Agent().Cards(ctx, &agenttypes.QueryCardsRequest{
		Agent: res.Passport.Id, Pagination: &query.PageRequest{Offset: uint64(version - 1), Limit: 1},
	})
	if err != nil {
		return 0, res.Card, err
	}
	if len(cards.Cards) != 1 {
		return 0, res.Card, errors.New("the node has no such version of the card")
	}
	return version, cards.Cards[0], nil
}
