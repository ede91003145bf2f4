using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Sqlite;

namespace Maas.Core.Tests.Nodes;

public class TagTests
{
    [Fact]
    public async Task A_tag_is_created_changed_and_deleted_with_audit_events_that_name_the_actor()
    {
        await using var test = await TestCore.OpenAsync();

        var created = Done(await test.Core.Tags.CreateAsync(new Tag("ssd", "fast", "quiet"), "root"));
        (created.Id, created.Version, created.KernelOptions).Should().Be((1, 1, "quiet"));
        var changed = Done(await test.Core.Tags.UpdateAsync("ssd", tag => tag with { Comment = "faster" }, "bob"));
        (changed.Id, changed.Version, changed.Comment).Should().Be((1, 2, "faster"));
        (await test.Core.Tags.GetAsync("ssd")).Should().Be(changed);
        Done(await test.Core.Tags.DeleteAsync("ssd", "eve"));
        (await test.Core.Tags.ListAsync()).Should().BeEmpty();

        (await AuditsAsync(test)).Should().Equal(
            ("Tag 'ssd' created.", "root"), ("Tag 'ssd' updated.", "bob"), ("Tag 'ssd' deleted.", "eve"));
        (await test.Core.Tags.DeleteAsync("ssd", "eve")).Should().BeOfType<RecordEdit<Tag>.NotFound>();
        (await test.Core.Tags.UpdateAsync("ssd", tag => tag, "eve")).Should().BeOfType<RecordEdit<Tag>.NotFound>();
        (await test.Core.Tags.RebuildAsync("ssd", "eve")).Should().BeOfType<RecordEdit<Tag>.NotFound>();
    }

    [Theory]
    [InlineData("a b", "", "", "", "name")]
    [InlineData("", "", "", "", "name")]
    [InlineData("taken", "", "", "", "name")]
    [InlineData("x", "", "quiet\ninit=/bin/sh", "", "kernel_opts")]
    [InlineData("x", "", "caf\u00e9", "", "kernel_opts")]
    [InlineData("x", "", "", "//node[", "definition")]
    public async Task A_wrong_field_is_refused_by_name(
        string name, string comment, string options, string definition, string field)
    {
        await using var test = await TestCore.OpenAsync();
        await test.Core.Tags.CreateAsync(new Tag("taken"), null);
        await test.Core.Tags.CreateAsync(new Tag("other"), null);
        var tag = new Tag(name, comment, options, definition);

        (await test.Core.Tags.CreateAsync(tag, null)).Should().BeOfType<RecordEdit<Tag>.Refused>().Which.Field.Should().Be(field);
        (await test.Core.Tags.UpdateAsync("other", _ => tag, null)).Should().BeOfType<RecordEdit<Tag>.Refused>().Which.Field.Should()
            .Be(field);

        (await test.Core.Tags.ListAsync()).Select(each => each.Name).Should().Equal("other", "taken");
        (await test.Core.TagEvaluation.PassAsync()).Should().Be(0);
    }

    [Fact]
    public async Task A_long_field_is_refused()
    {
        await using var test = await TestCore.OpenAsync();
        foreach (var tag in new[]
        {
            new Tag("x", new string('c', 4097)), new Tag("x", "", new string('k', 513)), new Tag("x", "", "", new string('a', 4097)),
            new Tag(new string('n', 256)),
        })
            (await test.Core.Tags.CreateAsync(tag, null)).Should().BeOfType<RecordEdit<Tag>.Refused>();
    }

    [Fact]
    public async Task A_tag_that_is_deleted_or_renamed_takes_its_machines_along()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        foreach (var name in new[] { "web", "old" }) await test.Core.Tags.CreateAsync(new Tag(name), null);
        await test.Core.Tags.UpdateMachinesAsync("web", [machine.Id], [], null, null);
        await test.Core.Tags.UpdateMachinesAsync("old", [machine.Id], [], null, null);

        Done(await test.Core.Tags.UpdateAsync("old", tag => tag with { Name = "new" }, "root"));
        (await test.GetAsync(machine.Id)).Tags.Should().Equal("new", "web");
        (await test.Core.Tags.UpdateAsync("new", tag => tag with { Name = "web" }, "root")).Should()
            .Be(new RecordEdit<Tag>.Refused("name", "Tag with this Name already exists."));
        Done(await test.Core.Tags.DeleteAsync("web", "root"));

        (await test.GetAsync(machine.Id)).Tags.Should().Equal("new");
        (await test.Core.Tags.ListAsync()).Select(tag => tag.Name).Should().Equal("new");
    }

    [Fact]
    public async Task Machines_are_tagged_in_one_transaction_and_the_unknown_are_passed_over()
    {
        await using var test = await TestCore.OpenAsync();
        var (one, two, three) = (
            await test.EnlistAsync("52:54:00:00:00:01"), await test.EnlistAsync("52:54:00:00:00:02"),
            await test.EnlistAsync("52:54:00:00:00:03"));
        await test.Core.Tags.CreateAsync(new Tag("web"), null);
        await test.Core.Tags.UpdateMachinesAsync("web", [two.Id, three.Id], [], null, null);

        var result = await test.Core.Tags.UpdateMachinesAsync(
            "web", [one.Id, one.Id, two.Id, SystemId.New()], [three.Id, SystemId.New()], "", "root");

        result.Should().Be(new TagUpdateResult.Done(2, 1));
        foreach (var (machine, tags) in new[] { (one, "web"), (two, "web"), (three, "") })
            string.Join(' ', (await test.GetAsync(machine.Id)).Tags).Should().Be(tags);
        (await test.GetAsync(two.Id)).Version.Should().Be(2, "it had the tag already");
        var events = await test.Core.Events.QueryAsync(new EventQuery { MachineIds = [one.Id], Level = EventLevel.Audit, Limit = 1 });
        events[0].Note.Should().Be(new EventNote(EventLevel.Audit, "Tag", "The tag 'web' was added.", "root"));
        (await test.Core.Tags.UpdateMachinesAsync("absent", [one.Id], [], null, null)).Should().BeOfType<TagUpdateResult.NotFound>();
        (await test.Core.Tags.UpdateMachinesAsync("web", [], [], null, null)).Should().Be(new TagUpdateResult.Done(0, 0));
    }

    [Fact]
    public async Task A_caller_with_another_definition_changes_nothing()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        await test.Core.Tags.CreateAsync(new Tag("all", Definition: "true()"), null);

        (await test.Core.Tags.UpdateMachinesAsync("all", [machine.Id], [], "false()", null)).Should()
            .Be(new TagUpdateResult.DefinitionDiffers("true()"));
        (await test.GetAsync(machine.Id)).Tags.Should().BeEmpty();
        (await test.Core.Tags.UpdateMachinesAsync("all", [machine.Id], [], "true()", null)).Should().Be(new TagUpdateResult.Done(1, 0));
        (await test.GetAsync(machine.Id)).Tags.Should().Equal("all");
    }

    [Fact]
    public async Task A_machine_with_256_tags_gets_no_other_and_no_machine_of_the_call_does()
    {
        await using var test = await TestCore.OpenAsync();
        var (full, other) = (await test.EnlistAsync("52:54:00:00:00:01"), await test.EnlistAsync("52:54:00:00:00:02"));
        await test.Machines.EditAsync(full.Id, null, machine => machine with
        {
            Tags = [.. Enumerable.Range(0, 256).Select(number => $"t{number}")],
        });
        await test.Core.Tags.CreateAsync(new Tag("web"), null);

        (await test.Core.Tags.UpdateMachinesAsync("web", [other.Id, full.Id], [], null, null)).Should().BeOfType<TagUpdateResult.Refused>();

        (await test.GetAsync(other.Id)).Tags.Should().BeEmpty();
        await test.Core.Tags.CreateAsync(new Tag("all", Definition: "true()"), null);
        await test.Core.TagEvaluation.PassAsync();
        (await test.GetAsync(full.Id)).Tags.Should().HaveCount(256).And.NotContain("all");
        (await test.GetAsync(other.Id)).Tags.Should().Equal("all");
    }

    [Fact]
    public async Task A_definition_is_evaluated_on_all_machines_and_again_when_it_changes()
    {
        await using var test = await TestCore.OpenAsync();
        var small = await test.ReadyAsync("52:54:00:00:00:01", memoryMiB: 2048);
        var big = await test.ReadyAsync("52:54:00:00:00:02", memoryMiB: 8192);
        var unknown = await test.EnlistAsync("52:54:00:00:00:03");

        Done(await test.Core.Tags.CreateAsync(new Tag("big", Definition: "//node[@id='memory']/size > 4294967296"), "root"));
        (await TagsAsync(test, small, big, unknown)).Should().Be("||", "it is evaluated in the background");
        (await test.Core.Tags.GetProgressAsync("big")).Should().Be(new TagProgress(0, 3, 0));
        (await test.Core.TagEvaluation.PassAsync()).Should().Be(1);
        (await TagsAsync(test, small, big, unknown)).Should().Be("|big|");
        (await test.Core.Tags.GetProgressAsync("big")).Should().BeNull();
        (await test.Core.Events.QueryAsync(new EventQuery { Limit = 1 }))[0].Note.Description.Should()
            .Be("Tag 'big' was evaluated: 1 of 3 machines match.");

        Done(await test.Core.Tags.UpdateAsync("big", tag => tag with { Definition = "not(//node)" }, "root"));
        (await test.Core.TagEvaluation.PassAsync()).Should().Be(1);
        (await TagsAsync(test, small, big, unknown)).Should().Be("||big");

        Done(await test.Core.Tags.UpdateAsync("big", tag => tag with { Definition = "" }, "root"));
        (await test.Core.TagEvaluation.PassAsync()).Should().Be(0, "a tag without a definition stays where it is");
        (await TagsAsync(test, small, big, unknown)).Should().Be("||big");
    }

    [Fact]
    public async Task A_new_inventory_is_evaluated_with_all_definitions_in_the_transaction_that_saves_it()
    {
        await using var test = await TestCore.OpenAsync();
        foreach (var (name, definition) in new[]
        {
            ("big", "//node[@id='memory']/size > 4294967296"), ("qemu", "/node/vendor = 'QEMU'"), ("new", "not(//node)"),
        })
            await test.Core.Tags.CreateAsync(new Tag(name, Definition: definition), null);
        await test.Core.Tags.CreateAsync(new Tag("manual"), null);
        await test.Core.TagEvaluation.PassAsync();
        var machine = await test.EnlistAsync();
        await test.Core.Tags.RebuildAsync("new", "root");
        await test.Core.TagEvaluation.PassAsync();
        await test.Core.Tags.UpdateMachinesAsync("manual", [machine.Id], [], null, null);
        (await test.GetAsync(machine.Id)).Tags.Should().Equal("manual", "new");

        await test.DoAsync(machine.Id, new MachineCommand.Accept());
        await test.SettleAsync(machine.Id);
        var before = await test.Machines.GetLastChangeAsync();
        await test.RunScriptsAsync(machine.Id, Inventories.Small(memoryMiB: 16_384));

        (await test.GetAsync(machine.Id)).Tags.Should().Equal("big", "manual", "qemu");
        (await test.Machines.GetLastChangeAsync()).Should().Be(before + 1, "the inventory and its tags are one change");
    }

    [Fact]
    public async Task An_evaluation_continues_after_a_restart_where_it_was()
    {
        await using var test = await TestCore.OpenInFileAsync();
        await EnlistManyAsync(test, 250);
        Done(await test.Core.Tags.CreateAsync(new Tag("new", Definition: "not(//node)"), "root"));
        using var stop = new CancellationTokenSource();
        var cancelled = await test.Core.Tags.GetProgressAsync("new");
        cancelled!.Evaluated.Should().Be(0);
        var stepping = async () => await test.Core.TagEvaluation.PassAsync(new CancellationToken(canceled: true));
        await stepping.Should().ThrowAsync<OperationCanceledException>();
        await test.Core.TagEvaluation.StepAsync();
        (await test.Core.Tags.GetProgressAsync("new")).Should().Be(new TagProgress(100, 250, 100));

        await test.ReopenAsync();

        (await test.Core.Tags.GetProgressAsync("new")).Should().Be(new TagProgress(100, 250, 100));
        (await test.Core.TagEvaluation.PassAsync()).Should().Be(1);
        (await test.Machines.ListAsync(new MachineFilter { Tags = ["new"] })).Should().HaveCount(250);
        (await test.Core.Events.QueryAsync(new EventQuery { Limit = 1 }))[0].Note.Description.Should()
            .EndWith("250 of 250 machines match.");
    }

    [Fact]
    public async Task The_worker_evaluates_as_soon_as_a_definition_changes()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        using var stop = new CancellationTokenSource();
        var worker = test.Core.TagEvaluation.RunAsync(stop.Token);
        var changes = test.Machines.WatchAsync(null, null, TestContext.Current.CancellationToken).GetAsyncEnumerator();
        var next = changes.MoveNextAsync().AsTask();

        Done(await test.Core.Tags.CreateAsync(new Tag("new", Definition: "not(//node)"), "root"));

        await next.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken); // the clock of the test does not move
        (await test.GetAsync(machine.Id)).Tags.Should().Equal("new");
        await stop.CancelAsync();
        await worker;
        await changes.DisposeAsync();
    }

    [Fact]
    public async Task A_tag_that_is_deleted_while_it_is_evaluated_is_on_no_machine_afterwards()
    {
        await using var test = await TestCore.OpenAsync();
        await EnlistManyAsync(test, 150);
        await test.Core.Tags.CreateAsync(new Tag("all", Definition: "true()"), "root");
        await test.Core.TagEvaluation.StepAsync();

        Done(await test.Core.Tags.DeleteAsync("all", "root"));

        (await test.Core.TagEvaluation.PassAsync()).Should().Be(0);
        (await test.Machines.ListAsync(new MachineFilter { Tags = ["all"] })).Should().BeEmpty();
    }

    [Fact]
    public async Task Tags_and_machines_agree_after_any_changes_side_by_side()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var machines = await EnlistManyAsync(test, 20);
        await test.Core.Tags.CreateAsync(new Tag("a"), null);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(number => Task.Run(async () =>
        {
            var name = number % 4 == 0 ? "a" : "b";
            if (number % 5 == 4) await test.Core.Tags.UpdateAsync("a", tag => tag with { Name = "b" }, null);
            else if (number % 7 == 6) await test.Core.Tags.DeleteAsync("b", null);
            else if (number % 3 == 0) await test.Core.Tags.CreateAsync(new Tag(name), null);
            else await test.Core.Tags.UpdateMachinesAsync(name, machines, [], null, null);
        })));

        var tags = (await test.Core.Tags.ListAsync()).Select(tag => tag.Name).ToHashSet();
        foreach (var machine in await test.Machines.ListAsync()) machine.Tags.Should().BeSubsetOf(tags);
    }

    [Fact]
    public async Task Tagging_machines_takes_one_sync_of_the_disk_for_all_of_them()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var machines = await EnlistManyAsync(test, 1000);
        await test.Core.Tags.CreateAsync(new Tag("rack"), "root");
        var last = await test.Machines.GetLastChangeAsync();
        var store = (SqliteMaasStore)test.Store;
        var before = store.SyncedBatches;

        (await test.Core.Tags.UpdateMachinesAsync("rack", machines[..230], [], null, "root")).Should().Be(new TagUpdateResult.Done(230, 0));
        (store.SyncedBatches - before).Should().Be(1);
        (await test.Core.Tags.UpdateMachinesAsync("rack", machines, [], null, "root")).Should().Be(new TagUpdateResult.Done(1000, 0));

        (await test.Machines.GetLastChangeAsync()).Should().Be(last + 1000);
    }

    [Fact]
    public async Task Kernel_options_are_those_of_the_machines_tags_in_the_order_of_their_names()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        Tag[] tags = [new("b", "", "nomodeset"), new("a", "", "console=tty1"), new("c", "", "other"), new("d")];
        foreach (var tag in tags)
            await test.Core.Tags.CreateAsync(tag, null);
        foreach (var name in new[] { "b", "d", "a" }) await test.Core.Tags.UpdateMachinesAsync(name, [machine.Id], [], null, null);

        (await test.Core.Tags.GetKernelOptionsAsync(await test.GetAsync(machine.Id))).Should().Equal("console=tty1", "nomodeset");
        (await test.Core.Tags.GetKernelOptionsAsync(machine)).Should().BeEmpty();
    }

    private static Tag Done(RecordEdit<Tag> result) => result.Should().BeOfType<RecordEdit<Tag>.Done>().Subject.Record;

    private static async Task<SystemId[]> EnlistManyAsync(TestCore test, int count)
    {
        var machines = await Task.WhenAll(
            Enumerable.Range(0, count).Select(number => test.EnlistAsync($"52:54:00:00:{number >> 8:x2}:{number & 255:x2}")));
        return [.. machines.Select(machine => machine.Id)];
    }

    private static async Task<string> TagsAsync(TestCore test, params Machine[] machines)
    {
        var tags = new List<string>();
        foreach (var machine in machines) tags.Add(string.Join(',', (await test.GetAsync(machine.Id)).Tags));
        return string.Join('|', tags);
    }

    private static async Task<IEnumerable<(string, string?)>> AuditsAsync(TestCore test) =>
        (await test.Core.Events.QueryAsync(new EventQuery { Level = EventLevel.Audit })).Where(each => each.MachineId is null)
        .OrderBy(each => each.Id).Select(each => (each.Note.Description, each.Note.Username));
}
