// Drives API 1.0 as Juju 1.x did, with the same library's older half. Prints a line for each thing done.
package main

import (
	"fmt"
	"net/url"
	"os"

	"github.com/juju/gomaasapi"
)

func check(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
	fmt.Println(what)
}

func text(object gomaasapi.MAASObject, field string) string {
	value, err := object.GetField(field)
	check("field "+field, err)
	return value
}

func main() {
	client, err := gomaasapi.NewAuthenticatedClient(gomaasapi.AddAPIVersionToURL(os.Args[1], "1.0"), os.Args[2])
	check("client", err)
	maas := gomaasapi.NewMAAS(*client)

	version, err := maas.GetSubObject("version").CallGet("", nil)
	check("version", err)
	capabilities, err := version.GetMap()
	check("capabilities", err)
	if _, ok := capabilities["capabilities"]; !ok {
		check("capabilities", fmt.Errorf("none"))
	}

	groups, err := maas.GetSubObject("nodegroups").CallGet("list", nil)
	check("nodegroups", err)
	list, err := groups.GetArray()
	check(fmt.Sprintf("nodegroups %d", len(list)), err)
	images, err := maas.GetSubObject("nodegroups").GetSubObject("master").GetSubObject("boot-images").CallGet("", nil)
	check("boot images", err)
	list, err = images.GetArray()
	check(fmt.Sprintf("boot images %d", len(list)), err)

	_, err = maas.GetSubObject("files").CallPostFiles("add", url.Values{"filename": {"agent-provider-state"}}, map[string][]byte{"file": []byte("state")})
	check("file added", err)
	content, err := maas.GetSubObject("files").CallGet("get", url.Values{"filename": {"agent-provider-state"}})
	check("file read", err)
	bytes, err := content.GetBytes()
	check("file "+string(bytes), err)

	nodes := maas.GetSubObject("nodes")
	acquired, err := nodes.CallPost("acquire", url.Values{
		"arch": {"amd64"}, "cpu_count": {"1"}, "mem": {"1024"}, "storage": {"root:0"}, "agent_name": {"agent"}, "zone": {"default"},
	})
	check("acquire", err)
	node, err := acquired.GetMAASObject()
	check("acquired", err)
	started, err := node.CallPost("start", url.Values{"user_data": {"I2Nsb3VkLWNvbmZpZw=="}})
	check("start", err)
	node, err = started.GetMAASObject()
	check("substatus "+text(node, "substatus_name"), err)
	found, err := nodes.CallGet("list", url.Values{"agent_name": {"agent"}, "id": {text(node, "system_id")}})
	check("list", err)
	list, err = found.GetArray()
	check(fmt.Sprintf("found %d", len(list)), err)
	_, err = nodes.CallPost("release", url.Values{"nodes": {text(node, "system_id")}})
	check("release", err)
	_, err = nodes.CallPost("release", url.Values{"nodes": {"unknown"}})
	if serverError, ok := gomaasapi.GetServerError(err); !ok || serverError.StatusCode != 400 {
		check("unknown node", fmt.Errorf("got %v", err))
	}
	check("done", nil)
}
