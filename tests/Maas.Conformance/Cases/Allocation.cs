using System.Globalization;
using System.Text.Json;

namespace Maas.Conformance.Cases;

/// <summary>Acceptance criteria 15 to 27: which machine is allocated. A tag of its own keeps the machines of a case apart.</summary>
public static class Allocation
{
    [Case(Changes = true)]
    public static async Task C15_an_allocation_returns_a_Ready_machine_that_is_now_the_callers(Server server)
    {
        var (tag, ids) = await TaggedAsync(server, 1);
        var user = await server.UserAsync();
        var name = (await server.GetAsync(user, "users/?op=whoami")).Json.Text("username");

        var machine = (await server.PostAsync(user, "machines/?op=allocate", ("tags", tag))).Expect(200).Json;

        Check.Equal(ids[0], machine.Text("system_id"));
        Check.Equal(10L, machine.Integer("status"));
        Check.Equal(name, machine.Text("owner"));
        Check.Equal(JsonValueKind.Object, machine.Member("constraints_by_type").ValueKind);
        GoSchemas.Machine(machine);
    }

    [Case(Changes = true)]
    public static async Task C16_no_candidate_is_409_with_a_text(Server server)
    {
        var (tag, _) = await TaggedAsync(server, 1);

        (await server.PostAsync("machines/?op=allocate", ("tags", tag), ("cpu_count", "10000"))).ExpectText(409, "No");
    }

    [Case(Changes = true)]
    public static async Task C17_cpu_count_and_mem_are_minimums_and_the_smallest_that_fits_is_chosen(Server server)
    {
        var (tag, ids) = await TaggedAsync(server, 3);
        foreach (var (id, cpus, memory) in new[] { (ids[0], 32, 65536), (ids[1], 8, 16384), (ids[2], 2, 2048) })
            (await server.PutAsync($"machines/{id}/", ("cpu_count", $"{cpus}"), ("memory", $"{memory}"))).Expect(200);

        Check.Equal(ids[1], await AllocateAsync(server, ("tags", tag), ("cpu_count", "4"), ("mem", "4096.0")));
        Check.Equal(ids[0], await AllocateAsync(server, ("tags", tag), ("cpu_count", "4")));
        (await server.PostAsync("machines/?op=allocate", ("tags", tag), ("mem", "4096"))).Expect(409);
    }

    [Case(Changes = true)]
    public static async Task C18_all_tags_must_fit_repeated_or_with_commas_and_not_tags_exclude(Server server)
    {
        var (both, ids) = await TaggedAsync(server, 2);
        var other = await NewTagAsync(server, [ids[1]]);

        (await server.PostAsync("machines/?op=allocate", ("tags", "no-such-tag"))).ExpectFieldError("tags");
        Check.Equal(ids[0], await AllocateAsync(server, ("tags", both), ("not_tags", other), ("dry_run", "true")));
        Check.Equal(ids[1], await AllocateAsync(server, ("tags", $"{both},{other}"), ("dry_run", "true")));
        Check.Equal(ids[1], await AllocateAsync(server, ("tags", both), ("tags", other)));
    }

    [Case(Changes = true)]
    public static async Task C19_zone_and_pool_are_honoured_and_an_unknown_name_is_400(Server server)
    {
        var (tag, ids) = await TaggedAsync(server, 1);
        foreach (var name in new[] { "zone", "pool", "not_in_zone", "not_in_pool" })
            (await server.PostAsync("machines/?op=allocate", (name, "no-such-name"))).ExpectFieldError(name);

        (await server.PostAsync("machines/?op=allocate", ("tags", tag), ("not_in_zone", "default"))).Expect(409);
        (await server.PostAsync("machines/?op=allocate", ("tags", tag), ("not_in_pool", "default"))).Expect(409);
        Check.Equal(ids[0], await AllocateAsync(server, ("tags", tag), ("zone", "default"), ("pool", "default")));
    }

    [Case(Changes = true)]
    public static async Task C20_name_selects_by_host_name_or_FQDN(Server server)
    {
        var (one, two) = (await server.ReadyMachineAsync(), await server.ReadyMachineAsync());

        Check.Equal(one.Text("system_id"), await AllocateAsync(server, ("name", one.Text("hostname"))));
        Check.Equal(two.Text("system_id"), await AllocateAsync(server, ("name", two.Text("fqdn"))));
        (await server.PostAsync("machines/?op=allocate", ("name", server.NewName("nosuch")))).Expect(409);
    }

    [Case(Changes = true)]
    public static async Task C21_storage_labels_are_answered_with_disks_that_have_the_size_and_the_tags(Server server)
    {
        var (tag, _) = await TaggedAsync(server, 1);

        var machine = (await server.PostAsync(
            "machines/?op=allocate", ("tags", tag), ("storage", "root:20(ssd),data:900"))).Expect(200).Json;

        var disks = machine.List("blockdevice_set").ToDictionary(disk => disk.Integer("id").ToString(CultureInfo.InvariantCulture));
        var matches = machine.Member("constraints_by_type").Member("storage");
        Check.That(disks[matches.List("root")[0].ToString()].Integer("size") >= 20_000_000_000);
        Check.That(disks[matches.List("data")[0].ToString()].Integer("size") >= 900_000_000_000);
        (await server.PostAsync("machines/?op=allocate", ("storage", "root:twenty"))).ExpectFieldError("storage");
    }

    [Case(Changes = true)]
    public static async Task C22_interface_labels_are_answered_with_interfaces_on_the_space(Server server)
    {
        var lab = await Lab.CreateAsync(server);
        var (tag, ids) = await TaggedAsync(server, 2);
        await lab.LinkAsync(ids[1]);

        var machine = (await server.PostAsync(
            "machines/?op=allocate", ("tags", tag), ("interfaces", $"0:space={lab.Space}"))).Expect(200).Json;

        Check.Equal(ids[1], machine.Text("system_id"));
        var interfaces = machine.List("interface_set").Select(each => each.Integer("id"));
        Check.That(interfaces.Contains(machine.Member("constraints_by_type").Member("interfaces").List("0")[0].GetInt64()));
        (await server.PostAsync("machines/?op=allocate", ("interfaces", "0:nonsense=1"))).ExpectFieldError("interfaces");
    }

    [Case(Changes = true)]
    public static async Task C23_not_subnets_excludes_machines_on_the_subnets_of_a_space(Server server)
    {
        var lab = await Lab.CreateAsync(server);
        var (tag, ids) = await TaggedAsync(server, 2);
        await lab.LinkAsync(ids[0]);

        Check.Equal(ids[1], await AllocateAsync(server, ("tags", tag), ("not_subnets", $"space:{lab.Space}")));
        (await server.PostAsync("machines/?op=allocate", ("tags", tag), ("not_subnets", $"space:{lab.Space}"))).Expect(409);
        Check.Equal(ids[0], await AllocateAsync(server, ("tags", tag), ("subnets", $"space:{lab.Space}")));
    }

    [Case(Changes = true)]
    public static async Task C24_dry_run_answers_and_changes_nothing(Server server)
    {
        var (tag, ids) = await TaggedAsync(server, 1);

        Check.Equal(ids[0], await AllocateAsync(server, ("tags", tag), ("dry_run", "true")));

        Check.Equal(4L, (await server.GetAsync($"machines/{ids[0]}/")).Json.Integer("status"));
    }

    [Case(Changes = true)]
    public static async Task C25_all_fields_that_gomaasapi_sends_are_accepted_together(Server server)
    {
        var (tag, ids) = await TaggedAsync(server, 1);
        var hostname = (await server.GetAsync($"machines/{ids[0]}/")).Json.Text("hostname");

        Check.Equal(ids[0], await AllocateAsync(
            server,
            ("name", hostname), ("system_id", ids[0]), ("arch", "amd64"), ("cpu_count", "1"), ("mem", "1"), ("tags", tag),
            ("not_tags", await NewTagAsync(server, [])), ("storage", "root:1"), ("interfaces", ""), ("not_subnets", ""),
            ("zone", "default"), ("not_in_zone", ""), ("pool", "default"), ("agent_name", "x"), ("comment", "y"), ("dry_run", "true")));
    }

    [Case(Changes = true)]
    public static async Task C26_concurrent_allocations_never_return_the_same_machine(Server server)
    {
        var (tag, ids) = await TaggedAsync(server, 4);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(_ => server.PostAsync("machines/?op=allocate", ("tags", tag))));

        var allocated = answers.Where(each => each.Expect(200, 409).Status == 200).Select(each => each.Json.Text("system_id")).ToList();
        Check.Sequence(ids.Order(StringComparer.Ordinal), allocated.Order(StringComparer.Ordinal));
    }

    [Case(Changes = true)]
    public static async Task C27_unknown_constraints_are_ignored_in_API_1_0(Server server)
    {
        var (_, ids) = await TaggedAsync(server, 1);

        var machine = (await server.SendAsync(
            "POST",
            $"{server.Prefix}/api/1.0/nodes/",
            server.Admin.Sign(),
            Server.Form(("op", "acquire"), ("system_id", ids[0]), ("no_such_constraint", "x"), ("agent_name", "y")))).Expect(200).Json;

        Check.Equal(ids[0], machine.Text("system_id"));
    }

    private static async Task<string> AllocateAsync(Server server, params (string Name, string Value)[] constraints) =>
        (await server.PostAsync("machines/?op=allocate", constraints)).Expect(200).Json.Text("system_id");

    private static async Task<(string Tag, IReadOnlyList<string> Ids)> TaggedAsync(Server server, int count)
    {
        List<string> ids = [];
        for (var i = 0; i < count; i++) ids.Add((await server.ReadyMachineAsync()).Text("system_id"));
        return (await NewTagAsync(server, ids), ids);
    }

    private static async Task<string> NewTagAsync(Server server, IEnumerable<string> ids)
    {
        var tag = server.NewName("tag");
        (await server.PostAsync("tags/", ("name", tag))).Expect(200);
        server.DeleteAtEnd($"tags/{tag}/");
        (await server.PostAsync($"tags/{tag}/?op=update_nodes", [.. ids.Select(id => ("add", id))])).Expect(200);
        return tag;
    }
}
