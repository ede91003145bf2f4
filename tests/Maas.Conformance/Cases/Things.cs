using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Maas.Conformance.Cases;

/// <summary>Acceptance criteria 41 to 47 and 57 to 59: tags, files, events, images, errors.</summary>
public static class Things
{
    [Case(Changes = true)]
    public static async Task C41_a_tag_is_created_set_on_machines_listed_and_deleted(Server server)
    {
        var (tag, id) = (server.NewName("tag"), (await server.NewMachineAsync()).Text("system_id"));

        GoSchemas.Tag((await server.PostAsync("tags/", ("name", tag), ("comment", "x"))).Expect(200).Json);
        var counts = (await server.PostAsync($"tags/{tag}/?op=update_nodes", ("add", id))).Expect(200).Json;
        Check.Equal((1L, 0L), (counts.Integer("added"), counts.Integer("removed")));
        Check.Sequence([id], (await server.GetAsync($"tags/{tag}/?op=machines")).Json.List().Select(each => each.Text("system_id")));
        Check.That((await server.GetAsync($"machines/{id}/")).Json.List("tag_names").Any(each => each.GetString() == tag));
        (await server.PostAsync(await server.UserAsync(), $"tags/{tag}/?op=update_nodes", ("add", id))).Expect(403);
        (await server.DeleteAsync($"tags/{tag}/")).Expect(204);
        Check.Equal(0, (await server.GetAsync($"machines/{id}/")).Json.List("tag_names").Count);
        (await server.PostAsync("tags/", ("name", "not a tag"))).ExpectFieldError("name");
    }

    [Case(Changes = true)]
    public static async Task C41_a_tag_with_a_definition_finds_its_machines(Server server)
    {
        var id = (await server.ReadyMachineAsync()).Text("system_id");
        var tag = server.NewName("tag");

        (await server.PostAsync("tags/", ("name", tag), ("definition", "//node"))).Expect(200);
        server.DeleteAtEnd($"tags/{tag}/");

        for (var i = 0; ; i++)
        {
            var found = (await server.GetAsync($"tags/{tag}/?op=machines")).Expect(200).Json.List().Select(each => each.Text("system_id"));
            if (found.Contains(id)) break;
            Check.That(i < 100, "the definition is evaluated");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        (await server.PostAsync("tags/", ("name", server.NewName("tag")), ("definition", "//node["))).ExpectFieldError("definition");
    }

    [Case(Changes = true)]
    public static async Task C42_a_file_is_uploaded_plain_or_in_base64_and_replaced_by_the_next(Server server)
    {
        var name = server.NewName("file");
        var content = RandomNumberGenerator.GetBytes(1000);

        (await server.SendAsync("POST", "files/", server.Admin.Sign(), Upload(name, content))).Expect(201);
        Check.That((await ReadAsync(server, name)).AsSpan().SequenceEqual(content));
        var body = $"--B\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name=\"filename\"\r\n\r\n"
            + $"{Convert.ToBase64String(Encoding.UTF8.GetBytes(name))}\r\n"
            + "--B\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n\r\n"
            + "c2Vjb25k\r\n--B--\r\n";
        (await server.SendAsync("POST", "files/", server.Admin.Sign(), Server.Raw("multipart/form-data; boundary=B", body))).Expect(201);
        Check.Equal("second", Encoding.UTF8.GetString(await ReadAsync(server, name)));
        (await server.DeleteAsync($"files/{name}/")).Expect(204);
    }

    [Case(Changes = true)]
    public static async Task C43_an_upload_without_a_name_without_a_file_and_with_two_files_is_400(Server server)
    {
        (await server.SendAsync("POST", "files/", server.Admin.Sign(), Upload(null, [1]))).Expect(400);
        (await server.PostAsync("files/", ("filename", server.NewName("file")))).Expect(400);
        using var two = (MultipartFormDataContent)Upload(server.NewName("file"), [1]);
        two.Add(new ByteArrayContent([2]), "file2", "file2");
        (await server.SendAsync("POST", "files/", server.Admin.Sign(), two)).Expect(400);
    }

    [Case(Changes = true)]
    public static async Task C44_files_are_listed_by_prefix_in_order_without_content(Server server)
    {
        var prefix = server.NewName("state");
        foreach (var name in new[] { "b", "a", "c/d" })
            (await server.SendAsync("POST", "files/", server.Admin.Sign(), Upload($"{prefix}-{name}", [1]))).Expect(201);

        var files = (await server.GetAsync($"files/?prefix={prefix}")).Expect(200).Json.List();

        Check.Sequence([$"{prefix}-a", $"{prefix}-b", $"{prefix}-c/d"], files.Select(each => each.Text("filename")));
        Check.That(files.All(each => !each.TryGetProperty("content", out _) && each.Text("anon_resource_uri").Length > 0));
        foreach (var each in files) (await server.DeleteAsync(each.Text("resource_uri"))).Expect(204);
    }

    [Case(Changes = true)]
    public static async Task C45_a_file_is_read_in_base64_and_raw(Server server)
    {
        var name = server.NewName("file");
        var content = RandomNumberGenerator.GetBytes(5000);
        (await server.SendAsync("POST", "files/", server.Admin.Sign(), Upload(name, content))).Expect(201);

        var file = (await server.GetAsync($"files/{name}/")).Expect(200).Json;

        Check.That(Convert.FromBase64String(file.Text("content")).AsSpan().SequenceEqual(content));
        Check.That((await ReadAsync(server, name)).AsSpan().SequenceEqual(content));
        var missing = (await server.GetAsync($"files/{name}-2/")).Expect(404);
        Check.That(missing.Headers.TryGetValues("Workaround", out var values) && values.Single() == "bug1123986");
        (await server.GetAsync($"files/?op=get&filename={name}-2")).Expect(404);
        (await server.DeleteAsync($"files/{name}/")).Expect(204);
    }

    [Case(Changes = true)]
    public static async Task C46_the_anonymous_address_of_a_file_needs_no_credentials(Server server)
    {
        var name = server.NewName("file");
        (await server.SendAsync("POST", "files/", server.Admin.Sign(), Upload(name, "x"u8.ToArray()))).Expect(201);

        var address = (await server.GetAsync($"files/{name}/")).Json.Text("anon_resource_uri");

        Check.Equal("x", (await server.SendAsync("GET", address, null)).Expect(200).Text);
        (await server.SendAsync("GET", $"files/?op=get&filename={name}", null)).Expect(401);
        (await server.DeleteAsync($"files/{name}/")).Expect(204);
    }

    [Case(Changes = true)]
    public static async Task C47_a_file_is_deleted_once(Server server)
    {
        var name = server.NewName("file");
        (await server.SendAsync("POST", "files/", server.Admin.Sign(), Upload(name, [1]))).Expect(201);

        (await server.DeleteAsync($"files/{name}/")).Expect(204);
        (await server.DeleteAsync($"files/{name}/")).Expect(404);
        (await server.DeleteAsync($"files/?filename={name}")).Expect(404);
    }

    [Case(Changes = true)]
    public static async Task C57_events_are_paged_with_before_and_after(Server server)
    {
        var id = (await server.ReadyMachineAsync()).Text("system_id");
        for (var i = 0; i < 3; i++)
        {
            (await server.PostAsync($"machines/{id}/?op=lock")).Expect(200);
            (await server.PostAsync($"machines/{id}/?op=unlock")).Expect(200);
        }

        var first = (await server.GetAsync($"events/?op=query&id={id}&limit=2&level=DEBUG")).Expect(200).Json;
        Check.Equal(2L, first.Integer("count"));
        var ids = first.List("events").Select(each => each.Integer("id")).ToList();
        Check.That(ids[0] > ids[1], "the newest event is first");
        var second = (await server.GetAsync(first.Text("prev_uri"))).Expect(200).Json;
        Check.That(second.List("events").All(each => each.Integer("id") < ids[1]), "prev_uri has older events");
        Check.Equal(2, second.List("events").Count);
        var next = (await server.GetAsync(second.Text("next_uri"))).Expect(200).Json;
        Check.That(
            next.List("events").All(each => each.Integer("id") > second.List("events")[0].Integer("id")), "next_uri has newer events");
        (await server.GetAsync("events/?op=query&before=5&after=5")).Expect(400);
        (await server.GetAsync("events/?op=query&limit=1001")).Expect(400);
        (await server.GetAsync("events/?op=query&level=NONSENSE")).Expect(400);
    }

    [Case(Changes = true)]
    public static async Task C58_an_image_is_uploaded_in_pieces_and_complete_after_the_last(Server server)
    {
        var content = RandomNumberGenerator.GetBytes(3000);
        (string, string)[] fields =
        [
            ("name", "custom/" + server.NewName("image")), ("architecture", "amd64/generic"), ("filetype", "ddraw"), ("size", "3000"),
            ("sha256", Convert.ToHexStringLower(SHA256.HashData(content))),
        ];
        var resource = (await server.PostAsync("boot-resources/", fields)).Expect(201).Json;
        var path = $"boot-resources/{resource.Integer("id")}/";
        server.DeleteAtEnd(path);
        var file = FileOf(resource);
        Check.Equal(JsonValueKind.False, file.Member("complete").ValueKind);

        foreach (var piece in content.Chunk(1000))
            (await server.SendAsync("PUT", file.Text("upload_uri"), server.Admin.Sign(), Server.Octets(piece))).Expect(200);

        var read = FileOf((await server.GetAsync(path)).Expect(200).Json);
        Check.Equal(JsonValueKind.True, read.Member("complete").ValueKind);
        Check.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), read.Text("sha256"));
        (await server.SendAsync("PUT", file.Text("upload_uri"), server.Admin.Sign(), Server.Octets([1]))).Expect(400);
        Check.Equal(
            JsonValueKind.True, FileOf((await server.PostAsync("boot-resources/", fields)).Expect(201).Json).Member("complete").ValueKind);
    }

    [Case(Changes = true)]
    public static async Task C58_an_image_with_another_hash_is_400(Server server)
    {
        var resource = (await server.PostAsync(
            "boot-resources/",
            ("name", "custom/" + server.NewName("image")), ("architecture", "amd64/generic"), ("filetype", "ddraw"), ("size", "3"),
            ("sha256", new string('0', 64)))).Expect(201).Json;
        server.DeleteAtEnd($"boot-resources/{resource.Integer("id")}/");

        (await server.SendAsync("PUT", FileOf(resource).Text("upload_uri"), server.Admin.Sign(), Server.Octets([1, 2, 3]))).Expect(400);
    }

    [Case]
    public static async Task C58_images_are_synced_or_uploaded_and_whether_they_are_imported_is_a_boolean(Server server)
    {
        var importing = (await server.GetAsync("boot-resources/?op=is_importing")).Expect(200).Json.ValueKind;
        Check.That(importing is JsonValueKind.True or JsonValueKind.False, "is_importing is a boolean");
        foreach (var type in (string[])["Synced", "Uploaded"])
        {
            foreach (var each in (await server.GetAsync($"boot-resources/?type={type.ToLowerInvariant()}")).Expect(200).Json.List())
                Check.Equal(type, each.Text("type"));
        }

        (await server.GetAsync("boot-resources/?type=nonsense")).Expect(400);
    }

    [Case]
    public static async Task C59_unknown_operations_paths_and_methods_have_their_status_and_a_text(Server server)
    {
        (await server.PostAsync("machines/?op=nonsense")).ExpectText(400, "Unrecognised signature: method=POST op=nonsense");
        (await server.GetAsync("nonsense/")).ExpectText(404, $"Unknown API endpoint: {server.Prefix}/api/2.0/nonsense/.");
        var wrong = (await server.PutAsync("version/")).Expect(405);
        Check.That(wrong.ContentHeaders.Allow.Contains("GET"), "405 has Allow");
    }

    [Case(Changes = true)]
    public static async Task X_domains_may_be_reached_through_a_double_slash(Server server)
    {
        var domain = (await server.PostAsync("domains/", ("name", server.NewName("lab") + ".example"))).Expect(200).Json;
        var id = domain.Integer("id");
        server.DeleteAtEnd($"domains/{id}/");

        var changed = (await server.PutAsync($"domains//{id}/", ("ttl", "60"))).Expect(200).Json;

        Check.Equal(60L, changed.Integer("ttl"));
    }

    [Case(Changes = true)]
    public static async Task X_every_changed_object_has_a_resource_uri(Server server)
    {
        var name = server.NewName("x");
        foreach (var (collection, item, fields) in new (string, string, (string, string)[])[]
        {
            ("zones/", "zones/{name}/", [("name", name)]),
            ("resourcepools/", "resourcepool/{id}/", [("name", name)]),
            ("fabrics/", "fabrics/{id}/", [("name", name)]),
            ("spaces/", "spaces/{id}/", [("name", name)]),
            ("domains/", "domains/{id}/", [("name", name + ".example")]),
            ("tags/", "tags/{name}/", [("name", name)]),
        })
        {
            var created = (await server.PostAsync(collection, fields)).Expect(200).Json;
            var path = item.Replace("{name}", name, StringComparison.Ordinal);
            if (path.Contains("{id}", StringComparison.Ordinal))
                path = path.Replace("{id}", created.Integer("id").ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            server.DeleteAtEnd(path);
            Check.Equal($"{server.Prefix}/api/2.0/{path}", created.Text("resource_uri"));
            Check.Equal(created.Text("resource_uri"), (await server.PutAsync(path)).Expect(200).Json.Text("resource_uri"));
            (await server.DeleteAsync(path)).Expect(204);
            (await server.GetAsync(path)).Expect(404);
        }
    }

    [Case]
    public static async Task X_pods_are_gone(Server server)
    {
        foreach (var path in new[] { "pods/", "pods/1/", "vm-hosts/", "virtual-machines/", "vm-clusters/" })
            (await server.GetAsync(path)).Expect(410);
    }

    [Case(Changes = true)]
    public static async Task X_a_host_name_is_changed_on_a_Ready_machine_and_unique_among_all_nodes(Server server)
    {
        var (one, two) = (await server.ReadyMachineAsync(), await server.NewMachineAsync());
        var name = server.NewName();

        var renamed = (await server.PutAsync($"machines/{one.Text("system_id")}/", ("hostname", name))).Expect(200).Json;
        Check.Equal(name, renamed.Text("hostname"));
        (await server.PutAsync($"machines/{two.Text("system_id")}/", ("hostname", name))).ExpectFieldError("hostname");
        (await server.PostAsync("devices/", ("hostname", name), ("mac_addresses", server.NewMac()))).ExpectFieldError("hostname");
    }

    [Case(Changes = true)]
    public static async Task X_a_device_with_an_interface_is_created_and_deleted(Server server)
    {
        var device = (await server.PostAsync("devices/?op=", ("hostname", server.NewName("device")), ("mac_addresses", server.NewMac())))
            .Expect(200).Json;
        var id = device.Text("system_id");
        server.DeleteAtEnd($"devices/{id}/");

        GoSchemas.Device(device);
        var created = (await server.PostAsync(
            $"nodes/{id}/interfaces/?op=create_physical", ("name", "eth1"), ("mac_address", server.NewMac()))).Expect(200).Json;
        GoSchemas.Interface(created);
        (await server.DeleteAsync($"nodes/{id}/interfaces/{created.Integer("id")}/")).Expect(204);
        (await server.DeleteAsync($"devices/{id}/")).Expect(204);
    }

    [Case(Changes = true)]
    public static async Task X_a_script_is_created_downloaded_changed_and_deleted(Server server)
    {
        var name = server.NewName("script");
        const string Body = "#!/bin/sh\necho hello\n";

        var created = (await server.PostAsync("scripts/", ("name", name), ("type", "testing"), ("script", Body), ("tags", "a,b")))
            .Expect(200).Json;

        Check.Equal(name, created.Text("name"));
        Check.Equal(Body, (await server.GetAsync($"scripts/{name}?op=download")).Expect(200).Text);
        Check.Equal("x", (await server.PutAsync($"scripts/{name}", ("title", "x"))).Expect(200).Json.Text("title"));
        (await server.DeleteAsync($"scripts/{name}")).Expect(204);
        (await server.GetAsync($"scripts/{name}")).Expect(404);
    }

    [Case(Changes = true)]
    public static async Task X_the_default_zone_and_pool_are_not_deleted(Server server)
    {
        (await server.DeleteAsync("zones/default/")).Expect(400);
        var pool = (await server.GetAsync("resourcepools/")).Json.List().First(each => each.Text("name") == "default");
        (await server.DeleteAsync(pool.Text("resource_uri"))).Expect(400);
    }

    internal static JsonElement FileOf(JsonElement resource) => resource.Member("sets").EnumerateObject()
        .MaxBy(set => set.Name, StringComparer.Ordinal).Value.Member("files").EnumerateObject().First().Value;

    private static async Task<byte[]> ReadAsync(Server server, string name) =>
        (await server.GetAsync($"files/?op=get&filename={Uri.EscapeDataString(name)}")).Expect(200).Body;

    private static MultipartFormDataContent Upload(string? name, byte[] content)
    {
        var form = new MultipartFormDataContent();
        if (name is not null) form.Add(new StringContent(name), "filename");
        form.Add(new ByteArrayContent(content), "file", "file");
        return form;
    }
}
