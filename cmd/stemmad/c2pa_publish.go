package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/client/similar"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
)

func c2paPublishCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "publish FILE... --portal URL",
		Short: "Give a portal a file's Content Credentials, so that copies that lost them get them back",
		Long: `Publish sends the Content Credentials in a file, or beside it, to a portal, and nothing else of the file. A portal that keeps
them (--credentials) takes what a registered work names by its hash, as "stemmad register" records it. Whoever has a copy without credentials
finds them there by what it looks like, by C2PA's own interface for that.`,
		Example:     `  stemmad c2pa publish photo.jpg --portal https://portal.example.org`,
		Args:        cobra.MinimumNArgs(1),
		Annotations: map[string]string{homeless: ""},
		RunE: func(cmd *cobra.Command, args []string) error {
			portal, _ := cmd.Flags().GetString(flagPortal)
			asJSON, err := wantsJSON(cmd)
			if err != nil {
				return err
			}
			return publishCredentials(cmd.Context(), cmd.OutOrStdout(), portal, args, asJSON)
		},
	}
	f := cmd.Flags()
	f.String(flagPortal, "", "address of the portal, as https://portal.example.org")
	f.StringP(flags.FlagOutput, "o", flags.OutputFormatText, "text for people, json for programs")
	return cmd
}

// keptCredentials is what a portal says of credentials that it took.
type keptCredentials struct {
	File       string `json:"file"`
	ManifestID string `json:"manifest"`
	SHA256     string `json:"sha256"`
	URL        string `json:"url"`
}

func publishCredentials(ctx context.Context, out io.Writer, portal string, paths []string, asJSON bool) error {
	address, err := url.Parse(portal)
	if err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "" {
		return fmt.Errorf("name the portal: --%s https://HOST", flagPortal)
	}
	var all []keptCredentials
	for _, path := range paths {
		c, err := content.Read(ctx, path, content.Options{NoISCC: true})
		if err != nil {
			return err
		}
		if c.Unread != nil {
			return exitError{code: exitUnreadable, err: fmt.Errorf("%s: its Content Credentials can't be read: %w", table.Clean(path), c.Unread)}
		}
		if c.Credentials == nil {
			return exitError{code: exitNotFound, err: fmt.Errorf("%s has no Content Credentials", table.Clean(path))}
		}
		k, err := post(ctx, address, c.Credentials)
		if err != nil {
			return fmt.Errorf("%s: %w", table.Clean(path), err)
		}
		k.File = path
		all = append(all, k)
	}
	if asJSON {
		return printIndented(out, map[string]any{"kept": all})
	}
	for _, k := range all {
		if _, err := fmt.Fprintf(out, "%s: the portal keeps its Content Credentials: %s\n", table.Clean(k.File), k.URL); err != nil {
			return err
		}
	}
	return nil
}

// postWithin is how long a portal has.
const postWithin = time.Minute

func post(ctx context.Context, portal *url.URL, c *content.Credentials) (keptCredentials, error) {
	ctx, cancel := context.WithTimeout(ctx, postWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, portal.JoinPath("/manifests").String(), bytes.NewReader(c.Store))
	if err != nil {
		return keptCredentials{}, err
	}
	request.Header.Set("Content-Type", "application/c2pa")
	response, err := similar.HTTP.Do(request)
	if err != nil {
		return keptCredentials{}, connect.Away(portal.Redacted(), err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return keptCredentials{}, err
	}
	var said struct {
		ManifestID string
		SHA256     string
		Error      struct{ Message string }
	}
	if err := json.Unmarshal(raw, &said); err != nil || response.StatusCode != http.StatusCreated {
		reason := table.Clean(said.Error.Message)
		if reason == "" {
			reason = "it gives no reason; is it the address of a portal?"
		}
		return keptCredentials{}, fmt.Errorf("the portal says %s: %s", response.Status, reason)
	}
	if said.SHA256 != c.Sha256.String() {
		return keptCredentials{}, errors.New("the portal took something else")
	}
	at := portal.JoinPath("/manifests/sha256:" + said.SHA256)
	return keptCredentials{ManifestID: said.ManifestID, SHA256: said.SHA256, URL: at.String()}, nil
}
