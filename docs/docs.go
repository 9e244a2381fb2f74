// Package docs embeds the API description that the node serves.
package docs

import _ "embed"

// OpenAPI is the OpenAPI 2.0 description of the REST gateway, in JSON.
//
//go:embed static/openapi.json
var OpenAPI []byte
