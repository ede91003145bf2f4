using Bunit;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Topology;
using Maas.Dashboard.Editing;

namespace Maas.Dashboard.Tests.Pages;

/// <summary>The form of a machine, while others change the machine too.</summary>
public sealed class MachineEditorTests
{
    private static readonly MachineActor Admin = new("admin", true);

    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Fact]
    public async Task Saving_a_name_keeps_what_was_changed_elsewhere_since_the_page_was_opened()
    {
        await using var host = await DashboardHost.StartAsync();
        var opened = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = PageContext.Of(host);
        var editor = context.Render<MachineEditor>(parameters => parameters.Add(each => each.Machine, opened));
        editor.WaitForElement("#edit-tags");
        await EditAsync(host, opened, machine => machine with
        {
            Power = new PowerSettings(
                "ipmi", new Dictionary<string, string> { ["power_address"] = "10.0.0.7", ["power_pass"] = "hunter2" }),
            Tags = ["virtual"],
            Description = "by the API",
        });

        editor.Find("#edit-name").Change("beta");
        editor.Find("form").Submit();
        editor.ShouldSay("The machine was changed.");

        var stored = (await host.Core.Machines.GetAsync(opened.Id, Cancellation))!;
        (stored.Hostname, stored.Description, stored.Power.Type).Should().Be(("beta", "by the API", "ipmi"));
        stored.Power.Parameters.Should().Contain("power_address", "10.0.0.7").And.Contain("power_pass", "hunter2");
        stored.Tags.Should().Equal("virtual");
        editor.Find("#edit-description").GetAttribute("value").Should().Be("by the API");
    }

    [Fact]
    public async Task A_machine_that_changes_is_shown_in_the_fields_that_the_user_left_alone()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = PageContext.Of(host);
        var editor = context.Render<MachineEditor>(parameters => parameters.Add(each => each.Machine, machine));
        editor.WaitForElement("#edit-tags").Change("db web");
        machine = await EditAsync(host, machine, each => each with { Hostname = "beta", Tags = ["virtual"] });

        editor.Render(parameters => parameters.Add(each => each.Machine, machine));

        editor.WaitForAssertion(() => editor.Find("#edit-name").GetAttribute("value").Should().Be("beta"));
        editor.Find("#edit-tags").GetAttribute("value").Should().Be("db web", "the user is typing there");
        editor.Find("form").Submit();
        editor.ShouldSay("New tags were created: db, web.");
        (await host.Core.Machines.GetAsync(machine.Id, Cancellation))!.Tags.Should().Equal(
            ["db", "virtual", "web"], "a tag that was added elsewhere stays");
        (await host.Core.Tags.ListAsync(Cancellation)).Select(tag => tag.Name).Should().Equal("db", "web");
    }

    [Fact]
    public void A_parameter_is_removed_with_its_line_and_kept_without_a_value()
    {
        var power = new PowerSettings("ipmi", new Dictionary<string, string> { ["a"] = "1", ["b"] = "2", ["c"] = "3" });
        var shown = new MachineForm { Power = "ipmi", Parameters = "a=\nb=" }; // c is newer

        var edited = (shown with { Parameters = "a=\nd=4\ne" }).Apply(shown, MachineOf(power));

        edited.Power.Parameters.Should().Equal(new Dictionary<string, string> { ["a"] = "1", ["c"] = "3", ["d"] = "4", ["e"] = "" });
    }

    [Fact]
    public async Task An_owner_changes_the_place_and_no_tags()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        machine = await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        var zone = (await host.Core.Networks.Zones.CreateAsync(new Zone { Name = "lab" }, "admin", Cancellation))
            .Should().BeOfType<Maas.Core.Records.RecordEdit<Zone>.Done>().Subject.Record;
        await using var context = PageContext.Of(host, "bob");
        var editor = context.Render<MachineEditor>(parameters => parameters.Add(each => each.Machine, machine));
        editor.WaitForElement("#edit-zone").Change($"{zone.Id}");
        editor.FindAll("#edit-tags, #edit-power, #edit-parameters").Should().BeEmpty("they are an administrator's");

        editor.Find("form").Submit();

        editor.ShouldSay("The machine was changed.");
        var bob = new MachineActor("bob", false);
        (await host.Core.Machines.EditAsync(machine.Id, bob, each => each with { Tags = ["mine"] }, Cancellation))
            .Should().BeOfType<EditResult.Denied>().Which.Reason.Should().Contain("tags");
        (await host.Core.Machines.GetAsync(machine.Id, Cancellation))!.ZoneId.Should().Be(zone.Id);
    }

    private static Machine MachineOf(PowerSettings power) => new()
    {
        Id = Maas.Core.SystemId.New(), Hostname = "alpha", Domain = "maas", Architecture = "amd64/generic", Power = power,
    };

    private static async Task<Machine> EditAsync(DashboardHost host, Machine machine, Func<Machine, Machine> edit) =>
        (await host.Core.Machines.EditAsync(machine.Id, Admin, edit, Cancellation)).Should().BeOfType<EditResult.Done>().Subject.Machine;
}
