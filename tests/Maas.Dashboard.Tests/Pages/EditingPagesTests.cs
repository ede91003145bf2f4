using System.Net;
using Bunit;
using Maas.Core;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Topology;
using Maas.Dashboard.Editing;
using Maas.Dashboard.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Dashboard.Tests.Pages;

/// <summary>What users change on the pages, and what they may not.</summary>
public sealed class EditingPagesTests
{
    private static readonly MachineActor Admin = new("admin", true);

    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Fact]
    public async Task A_user_is_added_gets_a_password_and_is_removed()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<UsersPage>();
        page.WaitForElement("#user-name").Change("carol");
        page.Find("#user-mail").Change("carol@example.com");
        page.Find("#user-password").Change("first secret");
        page.Submit(0);
        page.ShouldSay("carol was added.");

        page.Find("#password-user").Change("carol");
        page.Find("#new-password").Change("second secret");
        page.Submit(1);
        page.ShouldSay("The password of carol was set.");
        (await host.Core.Users.VerifyPasswordAsync("carol", new Secret("second secret"), Cancellation)).Should().NotBeNull();

        page.Confirm("Delete carol");
        page.ShouldSay("carol was removed.");
        (await host.Core.Users.FindAsync("carol", Cancellation)).Should().BeNull();
        page.FindAll("button").Should().NotContain(
            button => button.GetAttribute("aria-label") == "Delete admin", "an administrator does not remove itself");
        page.Markup.Should().NotContain("second secret");
        var audit = await host.Core.Events.QueryAsync(new EventQuery { Limit = 50, Level = EventLevel.Audit }, Cancellation);
        audit.Select(each => each.Note.Description).Should()
            .Contain("Created the user carol.").And.NotContain(text => text.Contains("secret"));
    }

    [Fact]
    public async Task A_user_ends_another_session_and_keeps_the_own_one_with_a_new_password()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host, "bob");
        var bob = (await host.Core.Users.FindAsync("bob", Cancellation))!;
        var (other, _) = await host.Core.Sessions.BeginAsync(bob, "10.0.0.7", "<b>Browser</b>", Cancellation);
        await host.Core.Sessions.BeginAsync(bob, "10.0.0.8", "Third", Cancellation);
        var page = context.Render<AccountPage>();
        page.WaitForAssertion(() => page.Markup.Should().Contain("&lt;b&gt;Browser").And.Contain("10.0.0.7").And.Contain("this session"));

        page.Confirm($"End the session {other.Id}");
        page.ShouldSay("The session was ended.");
        page.Find("#own-password").Change("another horse");
        page.Submit(^1);

        page.ShouldSay("Your password was set.");
        page.Markup.Should().NotContain("Third").And.Contain("this session");
        (await host.Core.Sessions.ListAsync(bob, Cancellation)).Should().ContainSingle();
        page.Confirm("Sign out everywhere");
        page.WaitForAssertion(() => host.Core.Sessions.ListAsync(bob, Cancellation).Result.Should().BeEmpty());
        context.Services.GetRequiredService<NavigationManager>().Uri.Should().EndWith("/sign-in");
    }

    [Fact]
    public async Task An_administrator_signs_a_user_out_everywhere()
    {
        await using var host = await DashboardHost.StartAsync();
        var bob = (await host.Core.Users.FindAsync("bob", Cancellation))!;
        await host.Core.Sessions.BeginAsync(bob, "10.0.0.7", "Browser", Cancellation);
        await using var context = PageContext.Of(host);
        var page = context.Render<UsersPage>();

        page.Confirm("Sign out bob");

        page.ShouldSay("bob was signed out everywhere.");
        (await host.Core.Sessions.ListAsync(bob, Cancellation)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_user_who_owns_a_machine_is_not_removed()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01");
        await host.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.MarkBroken(), Admin, Cancellation);
        await host.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.MarkFixed(), Admin, Cancellation);
        await host.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.Allocate("bob"), Admin, Cancellation);
        await using var context = PageContext.Of(host);
        var page = context.Render<UsersPage>();

        page.Confirm("Delete bob");

        page.WaitForAssertion(() => page.Find(".mud-alert-text-warning, .mud-alert").TextContent.Should().Contain("bob"));
        (await host.Core.Users.FindAsync("bob", Cancellation)).Should().NotBeNull();
    }

    [Fact]
    public async Task An_API_key_is_shown_once_and_revoked()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host, "bob");
        var page = context.Render<AccountPage>();
        page.WaitForElement("#key-name").Change("nightly");
        page.Submit(0);
        page.ShouldSay("The API key was created.");
        var key = page.Find("code.key").TextContent;
        var parts = key.Split(':');
        var stored = await host.Core.Users.FindApiKeyAsync(parts[0], parts[1], Cancellation);
        stored!.User.Name.Should().Be("bob");
        (stored.TokenSecret == new Secret(parts[2])).Should().BeTrue();

        page.Press("I have kept it");
        page.WaitForAssertion(() => page.Markup.Should().NotContain(parts[2]));
        page.Confirm("Revoke nightly");
        page.ShouldSay("The API key was revoked.");
        (await host.Core.Users.FindApiKeyAsync(parts[0], parts[1], Cancellation)).Should().BeNull();
    }

    [Theory]
    [InlineData("nonsense", "This is not an SSH public key.")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g bob@desk", "The SSH key was added.")]
    public async Task An_SSH_key_is_checked_and_added(string text, string expected)
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host, "bob");
        var page = context.Render<AccountPage>();

        page.WaitForElement("#ssh-key").Change(text);
        page.Submit(1);

        page.ShouldSay(expected);
        if (!expected.Contains("added")) return;
        page.Confirm("Delete bob@desk");
        page.ShouldSay("The SSH key was deleted.");
        (await host.Core.SshKeys.ListAsync("bob", Cancellation)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_setting_is_changed_and_a_wrong_value_is_refused()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<SettingsPage>();

        page.Press("Change maas_name");
        page.Find("[aria-label='New value of maas_name']").Change("lab");
        page.Press("Save");
        page.ShouldSay("maas_name was changed.");
        (await host.Core.Settings.GetAsync("maas_name", Cancellation)).Should().Be("\"lab\"");

        page.Press("Change theme");
        page.Find("[aria-label='New value of theme']").Change(new string('x', 5000));
        page.Press("Save");
        page.ShouldSay("theme: Ensure this value has at most 4096 characters");
    }

    [Fact]
    public async Task A_name_of_the_DNS_is_added_and_deleted()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<DnsPage>();
        page.WaitForElement("#dns-name").Change("www");
        page.Find("#dns-data").Change("10.0.0.9");
        page.Submit(0);
        page.ShouldSay("www was added.");
        page.Find("#dns-name").Change("www");
        page.Find("#dns-type").Change("Txt");
        page.Find("#dns-data").Change("\"hello\"");
        page.Submit(0);
        page.WaitForAssertion(() => page.Markup.Should().Contain("hello"));

        page.Confirm("Delete www 10.0.0.9");
        page.ShouldSay("www 10.0.0.9 was deleted.");
        var dns = await host.Core.Dns.GetAsync(Cancellation);
        dns.Resources.Should().ContainSingle().Which.Addresses.Should().BeEmpty("the text is still there");
        page.Confirm("Delete www Txt");
        page.ShouldSay("The record was deleted.");
    }

    [Fact]
    public async Task A_zone_a_pool_and_a_tag_are_added_and_deleted()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<ZonesPage>();
        foreach (var kind in new[] { "zone", "pool", "tag" })
        {
            page.WaitForElement("#place-kind").Change(kind);
            page.Find("#place-name").Change($"my-{kind}");
            page.Find("form").Submit();
            page.ShouldSay($"my-{kind} was added.");
        }

        page.Find("#place-definition").Change("//node[");
        page.Find("#place-name").Change("wrong");
        page.Find("form").Submit();
        page.ShouldSay("definition: Invalid xpath expression");
        page.Markup.Should().Contain("zone%3A%28my-zone%29");
        foreach (var kind in new[] { "zone", "pool", "tag" })
        {
            page.Confirm($"Delete {kind} my-{kind}");
            page.ShouldSay($"The {kind} my-{kind} was deleted.");
        }

        (await host.Core.Topology.GetAsync(Cancellation)).Zones.Should().ContainSingle();
        page.FindAll("button").Should().NotContain(button => button.GetAttribute("aria-label") == "Delete zone default");
    }

    [Fact]
    public async Task Leases_and_other_DHCP_servers_are_shown_to_administrators()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await host.Core.Networks.Subnets.CreateAsync(
            new Subnet { Cidr = IPNetwork.Parse("10.1.0.0/24"), VlanId = Vlan.DefaultId }, "admin", Cancellation);
        var status = new FixedDhcpStatus(machine.MacAddresses[0]);
        await using var context = PageContext.Of(host);
        context.Services.AddSingleton<IDhcpStatus>(status);

        var page = context.Render<NetworksPage>();

        page.WaitForAssertion(() => page.FindAll("[aria-label='Leases of 10.1.0.0/24'] tbody tr").Select(row => row.TextContent.Split(
            (char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Select(words => string.Join(' ', words)).Should().Equal(
                "10.1.0.7 alpha.maas 52:54:00:00:00:01 2026-01-01 00:00:00 first in range", "10.1.0.8 <b>x 2026-01-01 00:00:00 reserved"));
        page.Find("[aria-label='Other DHCP servers'] tbody").TextContent.Should().Contain("10.1.0.66").And.Contain("eth1");
        await using var bobs = PageContext.Of(host, "bob");
        bobs.Services.AddSingleton<IDhcpStatus>(status);
        var forBob = bobs.Render<NetworksPage>();
        forBob.WaitForAssertion(() => forBob.Markup.Should().Contain("10.1.0.0/24"));
        forBob.Markup.Should().NotContain("10.1.0.7").And.NotContain("10.1.0.66");
    }

    private sealed class FixedDhcpStatus(Maas.Core.MacAddress known) : IDhcpStatus
    {
        private static readonly DateTimeOffset Ends = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public IReadOnlyList<LeasedAddress> ListLeases() =>
        [
            new(IPAddress.Parse("10.1.0.7"), known, Ends.AddHours(-1), Ends, "anything", "first in range"),
            new(IPAddress.Parse("10.1.0.8"), null, Ends.AddHours(-1), Ends, "<b>x", "reserved"),
        ];

        public IReadOnlyList<SeenDhcpServer> ListOtherServers() => [new("eth1", IPAddress.Parse("10.1.0.66"), Ends)];
    }

    [Fact]
    public async Task An_image_is_uploaded_and_deleted()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<ImagesPage>();
        page.WaitForElement("#image-name").Change("custom/small");
        page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText(new string('x', 300_000), "small.raw"));
        page.Find("#image-type").Change("ddraw");
        page.Find("form").Submit();
        page.ShouldSay("custom/small was uploaded.");

        var image = (await host.Core.BootResources.ListAsync(Cancellation)).Should().ContainSingle().Which;
        image.Sets[^1].File.Should().Match<Maas.Core.Images.BootResourceFile>(file => file.IsComplete && file.Size == 300_000);
        page.Confirm("Delete custom/small");
        page.ShouldSay("custom/small was deleted.");
        (await host.Core.BootResources.ListAsync(Cancellation)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_machine_is_edited_and_its_password_is_kept_and_never_shown()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await host.Core.Machines.EditAsync(
            machine.Id, Admin,
            edited => edited with
            {
                Power = new PowerSettings(
                    "ipmi", new Dictionary<string, string> { ["power_address"] = "10.0.0.7", ["power_pass"] = "hunter2" }),
            },
            Cancellation);
        machine = (await host.Core.Machines.GetAsync(machine.Id, Cancellation))!;
        await using var context = PageContext.Of(host);
        var editor = context.Render<MachineEditor>(parameters => parameters.Add(each => each.Machine, machine));
        editor.WaitForElement("#edit-parameters").GetAttribute("value").Should().Be("power_address=\npower_pass=");
        editor.Markup.Should().NotContain("hunter2");

        editor.Find("#edit-name").Change("beta");
        editor.Find("#edit-parameters").Change("power_address=10.0.0.8\npower_pass=");
        editor.Find("form").Submit();

        editor.WaitForAssertion(() => editor.Markup.Should().Contain("The machine was changed."));
        var stored = (await host.Core.Machines.GetAsync(machine.Id, Cancellation))!;
        stored.Hostname.Should().Be("beta");
        stored.Power.Parameters.Should().Contain("power_address", "10.0.0.8").And.Contain("power_pass", "hunter2");
        editor.Find("#edit-name").Change("not a name!");
        editor.Find("form").Submit();
        editor.WaitForAssertion(() => editor.Markup.Should().Contain("hostname: "));
    }

    [Fact]
    public async Task An_image_has_the_name_that_was_in_the_form_when_its_upload_began()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<ImagesPage>();
        page.WaitForElement("#image-name").Change("custom/first");
        var content = new GatedStream(300_000);
        var upload = page.InvokeAsync(() => page.Instance.UploadAsync(new GatedFile(content), "custom/first", "amd64", "ddraw"));
        await content.Begun.Task;

        page.Find("#image-name").Change("custom/second");
        content.Open.SetResult();
        await upload;
        page.Render();

        page.ShouldSay("custom/first was uploaded.");
        (await host.Core.BootResources.ListAsync(Cancellation)).Should().ContainSingle().Which.Name.Should().Be("custom/first");
    }

    [Theory]
    [InlineData("can_edit_boot_entities", typeof(ImagesPage))]
    [InlineData("can_edit_global_entities", typeof(DnsPage))]
    [InlineData("can_edit_identities", typeof(UsersPage))]
    [InlineData("can_edit_configurations", typeof(ScriptsPage))]
    public async Task A_member_of_a_group_changes_what_its_entitlements_allow_in_the_API(string entitlement, Type page)
    {
        await using var host = await DashboardHost.StartAsync();
        var bob = (await host.Core.Users.FindAsync("bob", Cancellation))!;
        await using var context = PageContext.Of(host, "bob");
        FormsOf(page).Should().Be(0);
        var group = (await host.Core.UserGroups.Records.CreateAsync(
            new Maas.Core.Accounts.UserGroup { Name = "staff", Entitlements = [entitlement] }, "admin", Cancellation))
            .Should().BeOfType<Maas.Core.Records.RecordEdit<Maas.Core.Accounts.UserGroup>.Done>().Subject.Record;

        await host.Core.UserGroups.AddMemberAsync(group, bob, "admin", Cancellation);

        FormsOf(page).Should().BePositive();
        var others = new[] { typeof(ImagesPage), typeof(DnsPage), typeof(UsersPage), typeof(ScriptsPage) }.Where(each => each != page);
        others.Sum(FormsOf).Should().Be(0);

        int FormsOf(Type type)
        {
            var rendered = context.Render(builder =>
            {
                builder.OpenComponent(0, type);
                builder.CloseComponent();
            });
            rendered.WaitForAssertion(() => rendered.FindAll("table, form, p").Should().NotBeEmpty());
            return rendered.FindAll("form").Count;
        }
    }

    [Fact]
    public async Task Who_may_change_identities_makes_no_administrator_and_removes_none()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddUserAsync("carol");
        await host.AddUserAsync("root", isAdministrator: true);
        var bob = (await host.Core.Users.FindAsync("bob", Cancellation))!;
        var group = (await host.Core.UserGroups.Records.CreateAsync(
            new Maas.Core.Accounts.UserGroup { Name = "staff", Entitlements = ["can_edit_identities"] }, "admin", Cancellation))
            .Should().BeOfType<Maas.Core.Records.RecordEdit<Maas.Core.Accounts.UserGroup>.Done>().Subject.Record;
        await host.Core.UserGroups.AddMemberAsync(group, bob, "admin", Cancellation);
        await using var context = PageContext.Of(host, "bob");

        var page = context.Render<UsersPage>();

        page.Confirm("Delete carol");
        page.ShouldSay("carol was removed.");
        page.FindAll("form").Should().ContainSingle("passwords of others are an administrator's");
        page.FindAll("input[type=checkbox]").Should().BeEmpty();
        page.FindAll("button").Should().NotContain(button => button.GetAttribute("aria-label") == "Delete root");
    }

    [Fact]
    public async Task A_user_changes_nothing_that_is_not_the_user_s_own()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host, "bob");

        context.Render<DnsPage>().WaitForElement("h1");
        context.Render<DnsPage>().FindAll("form").Should().BeEmpty();
        context.Render<ImagesPage>().FindAll("form").Should().BeEmpty();
        context.Render<NetworksPage>().FindAll("form").Should().BeEmpty();
        context.Render<UsersPage>().FindAll("form").Should().BeEmpty();
    }

    [Fact]
    public async Task An_administrator_who_was_degraded_meanwhile_changes_nothing()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddUserAsync("dave", isAdministrator: true);
        await using var context = PageContext.Of(host, "dave");
        var page = context.Render<DnsPage>();
        page.WaitForElement("#dns-name").Change("www");
        page.Find("#dns-data").Change("10.0.0.9");
        var dave = await host.Core.Users.FindAsync("dave", Cancellation);
        (await host.Core.UserRemoval.RemoveAsync(dave!, null, "admin", Cancellation)).Should().BeNull();

        page.Submit(0);

        page.ShouldSay("You are not signed in any more.");
        (await host.Core.Dns.GetAsync(Cancellation)).Resources.Should().BeEmpty();
    }

    private sealed class GatedFile(Stream content) : IBrowserFile
    {
        public string Name => "disk.raw";
        public DateTimeOffset LastModified => default;
        public long Size => content.Length;
        public string ContentType => "application/octet-stream";

        public Stream OpenReadStream(long maxAllowedSize = 512_000, CancellationToken cancellationToken = default) => content;
    }

    private sealed class GatedStream(int length) : MemoryStream(new byte[length])
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Begun.TrySetResult();
            await Open.Task;
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
