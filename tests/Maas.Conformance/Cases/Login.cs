using System.Text.Json;

namespace Maas.Conformance.Cases;

/// <summary>Acceptance criteria 1 to 8: login and discovery.</summary>
public static class Login
{
    [Case]
    public static async Task C01_whoami_is_JSON_with_a_good_key_and_401_with_an_unknown_one(Server server)
    {
        var me = (await server.GetAsync("users/?op=whoami")).Expect(200).Json;

        Check.That(me.Text("username").Length > 0);
        Check.That(me.Member("is_superuser").ValueKind is JsonValueKind.True or JsonValueKind.False);
        (await server.GetAsync(new ApiKeyParts("unknown", "unknown", "unknown"), "users/?op=whoami")).Expect(401);
        (await server.GetAsync(server.Admin with { Token = "unknown" }, "users/?op=whoami")).Expect(401);
    }

    [Case]
    public static async Task C03_version_has_capabilities_version_and_subversion_with_and_without_a_signature(Server server)
    {
        foreach (var header in new[] { null, server.Admin.Sign() })
        {
            var version = (await server.SendAsync("GET", "version/", header)).Expect(200).Json;
            GoSchemas.Version(version);
            Check.That(
                version.List("capabilities").Any(each => each.GetString() == "network-deployment-ubuntu"),
                "gomaasapi needs network-deployment-ubuntu");
            Check.That(Version.TryParse(version.Text("version"), out _), $"'{version.Text("version")}' is a version");
        }
    }

    [Case]
    public static async Task C05_describe_needs_no_credentials_and_has_the_handlers_that_clients_look_up(Server server)
    {
        var describe = (await server.SendAsync("GET", "describe/", null)).Expect(200).Json;
        var names = describe.List("resources").SelectMany(each => new[] { each.Member("auth"), each.Member("anon") })
            .Where(each => each.ValueKind == JsonValueKind.Object)
            .Select(each => each.Text("name") is ['A', 'n', 'o', 'n', .. var name] ? name : each.Text("name"))
            .ToHashSet();
        string[] wanted =
        [
            "AccountHandler", "BlockDeviceHandler", "BlockDevicesHandler", "BootResourceHandler", "BootResourcesHandler", "DeviceHandler",
            "DevicesHandler", "DomainHandler", "DomainsHandler", "EventsHandler", "FabricHandler", "FabricsHandler", "FileHandler",
            "FilesHandler", "InterfaceHandler", "InterfacesHandler", "MaasHandler", "MachineHandler", "MachinesHandler", "NodeHandler",
            "NodesHandler", "RackControllersHandler", "ResourcePoolHandler", "ResourcePoolsHandler", "SpaceHandler", "SpacesHandler",
            "SSHKeyHandler", "SSHKeysHandler", "StaticRoutesHandler", "SubnetHandler", "SubnetsHandler", "TagHandler", "TagsHandler",
            "UserHandler", "UsersHandler", "VersionHandler", "VlanHandler", "VlansHandler", "ZoneHandler", "ZonesHandler",
        ];

        var missing = wanted.Where(name => !names.Contains(name)).ToList();
        Check.That(missing.Count == 0, $"describe lacks {string.Join(", ", missing)}");
    }

    [Case(Changes = true)]
    public static async Task C06_a_password_is_traded_for_a_key_and_a_wrong_one_is_not(Server server)
    {
        var capabilities = (await server.GetAsync("version/")).Json.List("capabilities").Select(each => each.GetString());
        Check.That(capabilities.Contains("authenticate-api"));

        var key = await server.CreateUserAsync();

        (await server.GetAsync(key, "users/?op=whoami")).Expect(200);
        var name = (await server.GetAsync(key, "users/?op=whoami")).Json.Text("username");
        (await server.SendAsync("POST", $"{server.Prefix}/accounts/authenticate/", null, Server.Form(
            ("username", name), ("password", "wrong"), ("consumer", "x")))).Expect(403);
        (await server.SendAsync("GET", $"{server.Prefix}/accounts/authenticate/", null)).Expect(405);
    }

    [Case(Changes = true)]
    public static async Task C07_a_new_key_is_valid_at_once_and_a_deleted_one_is_not(Server server)
    {
        var created = (await server.PostAsync("account/?op=create_authorisation_token", ("name", server.NewName()))).Expect(200).Json;
        var key = new ApiKeyParts(created.Text("consumer_key"), created.Text("token_key"), created.Text("token_secret"));

        (await server.GetAsync(key, "users/?op=whoami")).Expect(200);
        (await server.PostAsync("account/?op=delete_authorisation_token", ("token_key", key.Token))).Expect(204);
        (await server.GetAsync(key, "users/?op=whoami")).Expect(401);
        (await server.PostAsync("account/?op=delete_authorisation_token", ("token_key", key.Token))).Expect(404);
        (await server.PostAsync("account/?op=delete_authorisation_token")).Expect(400);
        (await server.SendAsync("POST", "account/?op=create_authorisation_token", null, Server.Form())).Expect(401);
    }

    [Case]
    public static async Task C08_an_old_time_stamp_and_a_used_nonce_are_401_and_the_future_is_accepted(Server server)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var old = (await server.SendAsync("GET", "users/?op=whoami", server.Admin.Sign(timestamp: now - 310))).Expect(401);
        Check.That(old.Text.Contains("Expired timestamp", StringComparison.Ordinal), $"'{old.Text}' says that the time stamp has expired");
        Check.That(old.Headers.Date is not null);

        (await server.SendAsync("GET", "users/?op=whoami", server.Admin.Sign(timestamp: now + 4000))).Expect(200);
        var header = server.Admin.Sign();
        (await server.SendAsync("GET", "users/?op=whoami", header)).Expect(200);
        (await server.SendAsync("GET", "users/?op=whoami", header)).Expect(401);
    }

    [Case(Changes = true)]
    public static async Task C55_SSH_keys_are_created_listed_and_deleted(Server server)
    {
        const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHJv8nrj0hXbAwj4HMIQS1SjPDKtmnYxH0RU4nQ8+1rb conformance";
        var user = await server.CreateUserAsync();

        var created = (await server.PostAsync(user, "account/prefs/sshkeys/", ("key", Key))).Expect(201).Json;
        Check.Equal(JsonValueKind.Null, created.Member("keysource").ValueKind);
        Check.Equal(1, (await server.GetAsync(user, "account/prefs/sshkeys/")).Json.List().Count);
        (await server.SendAsync("DELETE", $"account/prefs/sshkeys/{created.Integer("id")}/", server.Admin.Sign())).Expect(403, 404);
        (await server.SendAsync("DELETE", $"account/prefs/sshkeys/{created.Integer("id")}/", user.Sign())).Expect(204);
        (await server.PostAsync(user, "account/prefs/sshkeys/", ("key", "nonsense"))).ExpectFieldError("key");
    }

    [Case(Changes = true)]
    public static async Task C56_a_user_needs_every_field_and_whoami_is_the_user_of_the_key(Server server)
    {
        var name = server.NewName("user");
        (string, string)[] fields =
        [
            ("username", name), ("email", $"{name}@example.com"), ("password", "p4ssw0rd-long"), ("is_superuser", "0"),
        ];
        for (var i = 0; i < fields.Length; i++)
            (await server.PostAsync("users/", [.. fields.Where((_, at) => at != i)])).Expect(400);

        (await server.PostAsync("users/", fields)).Expect(200);
        server.DeleteAtEnd($"users/{name}/");
        Check.Equal(name, (await server.GetAsync($"users/{name}/")).Expect(200).Json.Text("username"));
        (await server.DeleteAsync($"users/{name}/")).Expect(204);
        var key = await server.UserAsync();
        Check.That((await server.GetAsync(key, "users/?op=whoami")).Json.Text("username").StartsWith("user-", StringComparison.Ordinal));
        (await server.PostAsync(key, "users/", fields)).Expect(403);
    }
}
