namespace Maas.Conformance.Cases;

/// <summary>Acceptance criteria 9 to 14: lists of machines and single ones.</summary>
public static class MachineLists
{
    [Case(Changes = true)]
    public static async Task C09_a_list_is_an_array_in_the_order_of_creation(Server server)
    {
        List<string> created = [];
        for (var i = 0; i < 3; i++) created.Add((await server.NewMachineAsync()).Text("system_id"));

        Check.Sequence(created, (await IdsAsync(server, "machines/")).Where(created.Contains));
        Check.Equal("[]", (await server.GetAsync($"machines/?hostname={server.NewName("nosuch")}")).Expect(200).Text.Replace(" ", ""));
    }

    [Case(Changes = true)]
    public static async Task C10_repeated_filters_are_alternatives_and_unknown_ids_match_nothing(Server server)
    {
        var mac = server.NewMac();
        var (one, two) = (await server.NewMachineAsync(), await server.NewMachineAsync(("mac_addresses", mac)));
        var (first, second) = (one.Text("system_id"), two.Text("system_id"));

        Check.Sequence([first, second], await IdsAsync(server, $"machines/?id={first}&id={second}&id=zzzzzz"));
        Check.Sequence(
            [first, second], await IdsAsync(server, $"machines/?hostname={one.Text("hostname")}&hostname={two.Text("hostname")}"));
        Check.Sequence([second], await IdsAsync(server, $"machines/?mac_address={mac}"));
        Check.Sequence([], await IdsAsync(server, "machines/?id=zzzzzz"));
    }

    [Case(Changes = true)]
    public static async Task C11_agent_name_selects_the_machines_that_were_allocated_with_it(Server server)
    {
        var id = (await server.ReadyMachineAsync()).Text("system_id");
        var agent = server.NewName("agent");

        (await server.PostAsync("machines/?op=allocate", ("system_id", id), ("agent_name", agent))).Expect(200);

        Check.Sequence([id], await IdsAsync(server, $"machines/?agent_name={agent}"));
        Check.Sequence([], await IdsAsync(server, $"machines/?agent_name={agent}-2"));
    }

    [Case(Changes = true)]
    public static async Task C13_an_unknown_machine_and_another_users_machine_are_404(Server server)
    {
        (await server.GetAsync("machines/zzzzzz/")).Expect(404);
        var id = (await server.AllocatedMachineAsync()).Text("system_id");
        var user = await server.UserAsync();

        (await server.GetAsync(user, $"machines/{id}/")).Expect(404, 403);
        Check.Sequence([], (await server.GetAsync(user, $"machines/?id={id}")).Json.List().Select(each => each.Text("system_id")));
    }

    [Case]
    public static async Task C14_the_resource_uri_of_every_object_can_be_read(Server server)
    {
        foreach (var path in new[]
        {
            "machines/", "zones/", "resourcepools/", "domains/", "fabrics/", "spaces/", "subnets/", "tags/", "users/", "boot-resources/",
            "devices/", "ipranges/", "static-routes/", "dnsresources/", "reservedips/", "scripts/",
            "package-repositories/", "boot-sources/",
        })
        {
            var objects = (await server.GetAsync(path)).Expect(200).Json.List();
            foreach (var each in objects.Take(3))
                Check.Equal(
                    each.Text("resource_uri"), (await server.GetAsync(each.Text("resource_uri"))).Expect(200).Json.Text("resource_uri"));
        }
    }

    private static async Task<IEnumerable<string>> IdsAsync(Server server, string path) =>
        (await server.GetAsync(path)).Expect(200).Json.List().Select(each => each.Text("system_id"));
}
