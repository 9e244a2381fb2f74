package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagSchema = "schema"
	flagSHA256 = "sha256"
	flagIssuer = "issuer"
	flagListed = "listed"
)

func agentAttestCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "attest SUBJECT --schema NAME --file FILE",
		Short: "Say something of an account, an agent or a work, by the SHA-256 of a file",
		Long: `Attest notes that you say something of an account, an agent or a work. The statement stays with you: its SHA-256
is on the chain, and what kind of statement it is. What can be guessed is no secret by that: put something random into the
file. Everybody can attest; those whom governance lists are shown as listed.`,
		Example: `  stemmad agent attest agent1... --schema acme.example/audit-v1 --file report.pdf --for 365d --from auditor`,
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().String(flagSchema, "", "what kind of statement it is, such as acme.example/audit-v1")
	cmd.Flags().String(flagFile, "", "file with the statement")
	cmd.Flags().String(flagSHA256, "", "its SHA-256, in place of the file")
	addEndFlags(cmd)
	return sending(cmd, attest)
}

func attest(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	subject, err := readSubject(conn, args[0])
	if err != nil {
		return err
	}
	payload, err := readPayload(ctx, conn)
	if err != nil {
		return err
	}
	msg := &agenttypes.MsgAttest{Issuer: sender.Account(), Schema: conn.Flags().Text(flagSchema), Subject: subject, PayloadSha256: payload}
	if msg.ExpiresAt, err = readEnd(conn, true); err != nil {
		return err
	}
	if err := agenttypes.ValidateStatement(msg.Schema, subject, payload); err != nil {
		return err
	}
	until := "until you revoke it"
	if msg.ExpiresAt != nil {
		until = "until " + table.Time(*msg.ExpiresAt)
	}
	what := fmt.Sprintf("Attest of %s, as %s, what has SHA-256 %s, %s.", subject, msg.Schema, payload, until)
	sent, err := sendSaying(ctx, conn, sender, what, msg)
	if err != nil {
		return err
	}
	id := agenttypes.NewAttestationID(sender.Address, msg.Schema, subject, payload)
	if conn.JSON() {
		return conn.PrintJSON(attestationSent{id, sent})
	}
	conn.Say("%s %s: %s", sent.Did("Attested", "Would attest"), id, sent)
	return nil
}

// attestationSent is the result for programs.
type attestationSent struct {
	Attestation agenttypes.AttestationID `json:"attestation"`
	Tx          send.Result              `json:"tx"`
}

// readSubject reads an agent, a work, or an account.
func readSubject(conn *connect.Conn, text string) (string, error) {
	if strings.HasPrefix(text, agenttypes.AgentHRP+"1") || strings.HasPrefix(text, registrytypes.WorkPrefix+"1") {
		return text, agenttypes.ValidateSubject(text)
	}
	account, err := conn.Account(text)
	if err != nil {
		return "", fmt.Errorf("name an agent (agent1...), a work (work1...) or an account: %w", err)
	}
	return account.String(), nil
}

// readPayload reads the SHA-256 of a statement.
func readPayload(ctx context.Context, conn *connect.Conn) (d registrytypes.Digest, err error) {
	file, hex := conn.Flags().Text(flagFile), conn.Flags().Text(flagSHA256)
	if (file == "") == (hex == "") {
		return d, fmt.Errorf("name what you say with --%s, or its SHA-256 with --%s", flagFile, flagSHA256)
	}
	if file != "" {
		sum, err := register.SumFile(ctx, file)
		return sum.Digest, err
	}
	if d, err = digest.Parse(hex); err != nil {
		err = fmt.Errorf("--%s: %w", flagSHA256, err)
	}
	return d, err
}

func agentAttestationsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "attestations [SUBJECT]",
		Short: "List what is attested of an account, an agent or a work, or by an issuer",
		Long: `Attestations lists what issuers say of an account, an agent or a work, or with --issuer what one says. Whether
governance lists the issuer, and whether it still holds, is said. The statements are with their issuers: a file is the
one that was meant if it has the SHA-256.`,
		Example: `  stemmad agent attestations agent1... --listed
  stemmad agent attestations --issuer auditor`,
		Args: cobra.MaximumNArgs(1),
	}
	cmd.Flags().String(flagIssuer, "", "only what this account says: an address or a key")
	cmd.Flags().Bool(flagListed, false, "only those of listed issuers")
	cmd.Flags().Int(flagRows, defaultRows, fmt.Sprintf("most attestations, 1 to %d", maxAgentsListed))
	return asking(cmd, listAttestations)
}

func listAttestations(ctx context.Context, conn *connect.Conn, args []string) error {
	rows, err := readRows(conn)
	if err != nil {
		return err
	}
	issuer := conn.Flags().Text(flagIssuer)
	if (issuer == "") == (len(args) == 0) {
		return fmt.Errorf("name of whom, or --%s by whom", flagIssuer)
	}
	req := &agenttypes.QueryAttestationsRequest{Listed: conn.Flags().Is(flagListed), Pagination: &query.PageRequest{Limit: rows}}
	if issuer != "" {
		if req.Listed {
			return errors.New("--listed is of a subject: an issuer is listed or not")
		}
		account, err := conn.Account(issuer)
		if err != nil {
			return fmt.Errorf("--%s: %w", flagIssuer, err)
		}
		req.Issuer = account.String()
	} else if req.Subject, err = readSubject(conn, args[0]); err != nil {
		return err
	}
	res, err := conn.Agent().Attestations(ctx, req)
	if err != nil {
		return err
	}
	if conn.JSON() {
		return printRaw(conn, res)
	}
	if len(res.Attestations) == 0 {
		conn.Say("No attestations.")
		return nil
	}
	return printAttestations(conn, res)
}

func printAttestations(conn *connect.Conn, res *agenttypes.QueryAttestationsResponse) error {
	names := conn.KeyNames()
	tab := table.New("attestation", "of", "by", "issuer", "what", "SHA-256", "said at", "holds")
	for _, s := range res.Attestations {
		a, listed, holds := s.Attestation, "not listed", "yes"
		if s.Listed {
			listed = "listed"
		}
		switch {
		case a.RevokedAt != nil:
			holds = "no, revoked at " + table.Time(*a.RevokedAt)
		case !s.Holds:
			holds = "no, ended at " + table.OptionalTime(a.ExpiresAt)
		case a.ExpiresAt != nil:
			holds = "until " + table.Time(*a.ExpiresAt)
		}
		schema := a.Schema
		if schema == "" {
			schema = "blanked"
		}
		tab.Row(a.Id.String(), a.Subject, accountName(a.Issuer, names), listed, schema, a.PayloadSha256.String(), table.Time(a.IssuedAt), holds)
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	if len(res.Pagination.GetNextKey()) > 0 {
		conn.Say("and more: \"stemmad query agent attestations\" pages through all")
	}
	return nil
}

func agentRevokeCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "revoke ATTESTATION",
		Short:   "Take back an attestation of yours",
		Long:    `Revoke takes back what you attested. That you said it, and when you took it back, stays on record.`,
		Example: `  stemmad agent revoke attest1... --from auditor`,
		Args:    cobra.ExactArgs(1),
	}
	return sending(cmd, func(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
		id, err := agenttypes.ParseAttestationID(args[0])
		if err != nil {
			return err
		}
		return changeAttestation(ctx, conn, sender, id, fmt.Sprintf("Take back %s.", id), "Revoked", "Would revoke",
			&agenttypes.MsgRevokeAttestation{Issuer: sender.Account(), Attestation: id})
	})
}

// changeAttestation sends what changes one, and says what it did or would do.
func changeAttestation(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, id agenttypes.AttestationID, what, did, would string, msg sdk.Msg,
) error {
	sent, err := sendSaying(ctx, conn, sender, what, msg)
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(attestationSent{id, sent})
	}
	conn.Say("%s %s: %s", sent.Did(did, would), id, sent)
	return nil
}
