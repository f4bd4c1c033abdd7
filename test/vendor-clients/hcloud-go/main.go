// Lives through one chapter of a Hetzner project with the vendor's library and prints what the library told, as JSON.
// Only endpoint, token and, to lose no time, the interval of polls are configured.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// facts is what a chapter prints for the test to judge.
type facts map[string]any

var (
	ctx    = context.Background()
	client = hcloud.NewClient(
		hcloud.WithEndpoint(os.Getenv("HCLOUD_ENDPOINT")),
		hcloud.WithToken(os.Getenv("HCLOUD_TOKEN")),
		hcloud.WithApplication("botyard-test", "1"),
		hcloud.WithPollOpts(hcloud.PollOpts{BackoffFunc: hcloud.ConstantBackoff(50 * time.Millisecond)}),
	)
	chapters = map[string]func() facts{
		"life": life, "changes": changes, "things": things, "refusals": refusals, "pages": pages,
	}
)

func main() {
	told := chapters[os.Args[1]]()
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		fail(err)
	}
}

// must takes the three results of nearly every call of the library and ends the program at an error.
func must[T any](value T, _ *hcloud.Response, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	// With the line that asked, or nobody knows which of fifty calls it was.
	panic(fmt.Sprintf("%T: %v", err, err))
}

// done waits for actions and answers the commands that ended well, in the order in which they did.
func done(actions ...*hcloud.Action) []string {
	ended := []string{}
	check(client.Action.WaitForFunc(ctx, func(update *hcloud.Action) error {
		if update.Status == hcloud.ActionStatusSuccess {
			ended = append(ended, update.Command)
		}
		return update.Error()
	}, actions...))
	return ended
}

// codeOf answers the code that the library recognised, or what else it made of the error.
func codeOf(_ any, _ *hcloud.Response, err error) string {
	if err == nil {
		return "no error"
	}
	var apiError hcloud.Error
	if !asError(err, &apiError) {
		return fmt.Sprintf("%T: %v", err, err)
	}
	if !hcloud.IsError(err, apiError.Code) || apiError.Response() == nil {
		return "an error that IsError does not recognise"
	}
	return string(apiError.Code)
}

// once tries until the thing is in use no more: it may stay so for a while after its server has gone.
func once(try func() (*hcloud.Response, error)) {
	for range 100 {
		_, err := try()
		if err == nil {
			return
		}
		if !hcloud.IsError(err, hcloud.ErrorCodeResourceInUse) {
			fail(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	panic("still in use")
}
