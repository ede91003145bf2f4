namespace Maas.Api.Tests.Accounts;

public class UserGroupTests
{
    [Fact]
    public async Task An_administrator_creates_reads_changes_and_deletes_a_group()
    {
        await using var host = await ApiHost.StartAsync();

        var created = (await host.PostAsync(host.Admin, "groups/", ("name", "network team"), ("description", "cables"))).Expect(200).Json;
        created.GetRawText().Should().Be(
            """{"id":1,"name":"network team","description":"cables","resource_uri":"/MAAS/api/2.0/groups/1/"}""");
        (await host.GetAsync(host.Admin, "groups/")).Expect(200).Json.GetArrayLength().Should().Be(1);
        (await host.PostAsync(host.Admin, "groups/", ("name", "network team"))).Expect(400);
        (await host.PutAsync(host.Admin, "groups/1/", ("description", ""))).Expect(200).Json.GetProperty("description").GetString()
            .Should().BeEmpty();
        (await host.GetAsync(host.Bob, "groups/")).Expect(403);
        (await host.PostAsync(host.Bob, "groups/", ("name", "mine"))).Expect(403);
        (await host.DeleteAsync(host.Admin, "groups/1/")).Expect(204);
        (await host.GetAsync(host.Admin, "groups/1/")).Expect(404);
    }

    [Fact]
    public async Task A_member_may_do_what_the_group_may_until_it_is_removed()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "groups/", ("name", "places"))).Expect(200);
        (await host.PostAsync(host.Bob, "zones/", ("name", "lab"))).Expect(403);

        (await EntitleAsync(host, 1, "can_edit_global_entities")).Expect(200);
        (await host.PostAsync(host.Bob, "zones/", ("name", "lab"))).Expect(403);
        (await host.PostAsync(host.Admin, "groups/1/?op=add_member", ("username", "bob"))).Expect(200);

        (await host.PostAsync(host.Bob, "zones/", ("name", "lab"))).Expect(200);
        (await host.PostAsync(host.Eve, "zones/", ("name", "eve"))).Expect(403);
        (await host.GetAsync(host.Bob, "license-keys/")).Expect(403);
        (await host.GetAsync(host.Admin, "groups/1/?op=list_members")).Expect(200).Text.Should()
            .Be("""[{"username":"bob","email":"bob@example.com"}]""");
        (await host.GetAsync(host.Admin, "groups/1/?op=list_entitlements")).Expect(200).Text.Should()
            .Be("""[{"resource_type":"maas","resource_id":0,"entitlement":"can_edit_global_entities"}]""");
        (await host.PostAsync(host.Admin, "groups/1/?op=add_member", ("username", "bob"))).Expect(409);

        (await host.PostAsync(host.Admin, "groups/1/?op=remove_member", ("username", "bob"))).Expect(204);
        (await host.PostAsync(host.Bob, "zones/", ("name", "lab2"))).Expect(403);
        (await host.PostAsync(host.Admin, "groups/1/?op=add_member", ("username", "bob"))).Expect(200);
        (await host.PostAsync(
            host.Admin, "groups/1/?op=remove_entitlement", ("resource_type", "maas"), ("resource_id", "0"),
            ("entitlement", "can_edit_global_entities"))).Expect(204);
        (await host.PostAsync(host.Bob, "zones/", ("name", "lab2"))).Expect(403);
    }

    [Fact]
    public async Task Who_may_edit_may_view_and_only_gives_what_it_has()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "groups/", ("name", "people"))).Expect(200);
        (await host.PostAsync(host.Admin, "groups/", ("name", "keys"))).Expect(200);
        (await EntitleAsync(host, 1, "can_edit_identities")).Expect(200);
        (await EntitleAsync(host, 2, "can_edit_license_keys")).Expect(200);
        (await host.PostAsync(host.Admin, "groups/1/?op=add_member", ("username", "bob"))).Expect(200);

        (await host.GetAsync(host.Bob, "groups/")).Expect(200).Json.GetArrayLength().Should().Be(2);
        (await host.PostAsync(host.Bob, "groups/1/?op=add_member", ("username", "eve"))).Expect(200);
        (await host.PostAsync(host.Bob, "groups/2/?op=add_member", ("username", "bob"))).Expect(403);
        (await host.PostAsync(
            host.Bob, "groups/1/?op=add_entitlement", ("resource_type", "maas"), ("resource_id", "0"),
            ("entitlement", "can_edit_configurations"))).Expect(403);
    }

    [Theory]
    [InlineData("", "0", "can_edit_identities", "resource_type is required.")]
    [InlineData("maas", "1", "can_edit_identities", "resource_id must be 0 for 'maas' type.")]
    [InlineData("maas", "0", "", "entitlement is required.")]
    [InlineData("rack", "0", "can_edit_identities", "Unknown resource type 'rack'.")]
    public async Task A_wrong_entitlement_is_refused(string type, string id, string entitlement, string reason)
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "groups/", ("name", "people"))).Expect(200);

        (await host.PostAsync(
            host.Admin, "groups/1/?op=add_entitlement", ("resource_type", type), ("resource_id", id), ("entitlement", entitlement)))
            .Expect(400).Text.Should().Be(reason);
        (await EntitleAsync(host, 1, "can_fly")).Expect(400).Text.Should().StartWith("Entitlement can_fly is not defined");
        (await EntitleAsync(host, 7, "can_edit_identities")).Expect(404);
        (await host.PostAsync(host.Admin, "groups/1/?op=add_member", ("username", "nobody"))).Expect(404);
    }

    [Fact]
    public async Task Oidc_providers_are_the_hosts_business()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.GetAsync(host.Admin, "oidc-providers/")).Expect(200).Text.Should().Be("[]");
        (await host.GetAsync(host.Admin, "oidc-providers/?op=get_active")).Expect(404);
        (await host.PostAsync(host.Admin, "oidc-providers/", ("name", "corp"))).Expect(400).Text.Should().Contain("host");
        (await host.GetAsync(host.Admin, "oidc-providers/1/")).Expect(404);
        (await host.GetAsync(host.Bob, "oidc-providers/")).Expect(403);
    }

    private static Task<Reply> EntitleAsync(ApiHost host, int group, string entitlement) => host.PostAsync(
        host.Admin, $"groups/{group}/?op=add_entitlement", ("resource_type", "maas"), ("resource_id", "0"), ("entitlement", entitlement));
}
