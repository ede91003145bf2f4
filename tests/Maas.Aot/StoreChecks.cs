using System.Net;
using System.Security.Cryptography;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Records;
using Maas.Sqlite;

namespace Maas.Aot;

/// <summary>Every operation of every store, once.</summary>
internal static class StoreChecks
{
    private static readonly MacAddress Mac = MacAddress.Parse("52:54:00:00:00:11");

    public static async Task RunAsync(string folder)
    {
        await using var core = await MaasCore.OpenAsync(new SqliteMaasStore(Path.Combine(folder, "stores.db")));
        var alice = await AccountsAsync(core);
        await FilesAndSettingsAsync(core);
        await ImagesAsync(core);
        var machine = await MachinesAsync(core, alice);
        await TokensAsync(core, machine.Id);
        await EventsAsync(core, machine.Id);
        Check.That(await core.Machines.DeleteAsync(machine.Id, null) is CommandResult.Done);
        Check.That(await core.Users.DeleteAsync("alice"));
    }

    private static async Task<User> AccountsAsync(MaasCore core)
    {
        var created = await core.Users.CreateAsync("alice", "alice@example.org", new Secret("correct horse"), isAdministrator: true);
        var alice = Check.Found((created as CreateUserResult.Created)?.User);
        Check.That(await core.Users.CreateAsync("alice", "", new Secret("another horse"), isAdministrator: false)
            is CreateUserResult.Refused { Field: "username" });
        Check.That(await core.Users.FindAsync("alice") == alice);
        Check.That((await core.Users.ListAsync()).Contains(alice));
        Check.That(await core.Users.SetPasswordAsync("alice", new Secret("battery staple")));
        Check.That(await core.Users.VerifyPasswordAsync("alice", new Secret("battery staple")) == alice);

        var key = await core.Users.CreateApiKeyAsync(alice, "laptop");
        var found = Check.Found(await core.Users.FindApiKeyAsync(key.ConsumerKey, key.TokenKey));
        Check.That(found.TokenSecret.Reveal() == key.TokenSecret.Reveal());
        Check.That(await core.Users.RenameApiKeyAsync(alice, key.TokenKey, "desk"));
        Check.That((await core.Users.ListApiKeysAsync(alice)).Single(one => one.TokenKey == key.TokenKey).Name == "desk");
        Check.That(await core.Users.DeleteApiKeyAsync(alice, key.TokenKey));

        const string SshKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtwVDGBGyzJ4BYtwHkYB0C0ZQYK0ZQ5vGzWm6dXBTTX alice@desk";
        var ssh = Check.Found(await core.SshKeys.AddAsync("alice", SshKey));
        Check.That(await core.SshKeys.GetAsync(ssh.Id) == ssh);
        Check.That((await core.SshKeys.ListAsync("alice")).Single() == ssh);
        Check.That(await core.SshKeys.DeleteAsync(ssh.Id));
        return alice;
    }

    private static async Task FilesAndSettingsAsync(MaasCore core)
    {
        var file = await core.Files.PutAsync("alice", "notes.txt", "hello"u8.ToArray());
        Check.That(Check.Found(await core.Files.FindAsync("alice", "notes.txt")).Content.Span.SequenceEqual("hello"u8));
        Check.That(Check.Found(await core.Files.FindAnyAsync("notes.txt")).Owner == "alice");
        Check.That(Check.Found(await core.Files.FindByKeyAsync(file.Key)).Name == "notes.txt");
        Check.That((await core.Files.ListAsync("alice", "no")).Single().Key == file.Key);
        Check.That(await core.Files.DeleteAsync("alice", "notes.txt"));

        await core.Settings.ChangeAsync("maas_name", "rack row 7");
        Check.That((await core.Settings.GetAsync("maas_name"))?.Contains("rack row 7", StringComparison.Ordinal) == true);
    }

    private static async Task ImagesAsync(MaasCore core)
    {
        var bytes = "an image"u8.ToArray();
        var sha256 = Convert.ToHexString(SHA256.HashData(bytes));
        var upload = new NewBootResource
        {
            Name = "custom/small",
            Architecture = "amd64",
            FileType = "ddraw",
            Size = bytes.Length,
            Sha256 = sha256,
        };
        var resource = ((UploadResult.Taken)await core.BootResources.CreateAsync(upload)).Resource;
        using var content = new MemoryStream(bytes);
        Check.That(await core.BootResources.AppendAsync(resource.Id, resource.Sets[^1].File.Id, content) is UploadResult.Taken);
        Check.That(Check.Found(await core.BootResources.GetAsync(resource.Id)).Sets[^1].File.IsComplete);
        Check.That((await core.BootResources.ListAsync()).Count == 1);
        Check.That(await core.BootResources.DeleteAsync(resource.Id));
    }

    private static async Task<Machine> MachinesAsync(MaasCore core, User owner)
    {
        var power = new PowerSettings("ipmi", new Dictionary<string, string>());
        var added = new NewMachine { MacAddresses = [Mac], Hostname = "rack-1", Power = power };
        var created = await core.Machines.CreateAsync(added, owner.Name);
        var machine = ((CreateResult.Created)created).Machine;
        Check.That((await core.Machines.FindByMacAsync(Mac))?.Id == machine.Id);
        Check.That(await core.Tags.CreateAsync(new Tag("fast", "an NVMe disk", "nvme=1"), owner.Name) is RecordEdit<Tag>.Done);
        Check.That(await core.Tags.UpdateMachinesAsync("fast", [machine.Id], [], null, owner.Name) is TagUpdateResult.Done { Added: 1 });
        Check.That(await core.Tags.UpdateAsync("fast", tag => tag with { Name = "quick" }, owner.Name) is RecordEdit<Tag>.Done);
        Check.That(await core.Tags.CreateAsync(new Tag("unknown", Definition: "not(//node)"), owner.Name) is RecordEdit<Tag>.Done);
        Check.That(await core.TagEvaluation.PassAsync() == 1);
        Check.That(Check.Found(await core.Machines.GetAsync(machine.Id)).Tags is ["quick", "unknown"]);
        Check.That(await core.Tags.DeleteAsync("unknown", owner.Name) is RecordEdit<Tag>.Done);
        Check.That((await core.Tags.ListAsync()).Single().Name == "quick");

        machine = Check.Found(await core.Machines.GetAsync(machine.Id));
        var filter = new MachineFilter
        {
            Ids = [machine.Id],
            Hostnames = [machine.Hostname],
            MacAddresses = [Mac],
            Statuses = [machine.Status],
            PowerStates = [machine.PowerState],
            Domains = [machine.Domain],
            Zones = [machine.ZoneId],
            Pools = [machine.PoolId],
            Tags = ["quick"],
        };
        Check.That((await core.Machines.ListAsync(filter)).Single().Id == machine.Id);
        Check.That((await core.Machines.ListAsync(filter with { Owners = ["bob"] })).Count == 0);
        Check.That(await core.Tags.DeleteAsync("quick", owner.Name) is RecordEdit<Tag>.Done);
        return machine;
    }

    private static async Task TokensAsync(MaasCore core, SystemId machine)
    {
        var token = Check.Found(await core.MachineTokens.GetOrCreateAsync(machine));
        Check.That(await core.MachineTokens.GetAsync(machine) == token);
        Check.That((await core.MachineTokens.FindAsync(token.ConsumerKey, token.TokenKey))?.MachineId == machine);

        var address = IPAddress.Parse("10.0.0.7");
        var boot = await core.BootTokens.IssueAsync(machine, address) ?? throw new InvalidOperationException("No boot token.");
        Check.That(await core.BootTokens.RedeemAsync(boot, address) is BootTokenResult.Accepted accepted && accepted.Token == token);

        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        Check.That(await core.Nonces.UseAsync(token.ConsumerKey, token.TokenKey, "n1", now) == NonceVerdict.Fresh);
        Check.That(await core.Nonces.UseAsync(token.ConsumerKey, token.TokenKey, "n1", now) != NonceVerdict.Fresh);
    }

    private static async Task EventsAsync(MaasCore core, SystemId machine)
    {
        var first = await core.Events.WriteAsync(machine, new EventNote(EventLevel.Warning, "Smoke", "It smokes.", "alice"));
        await core.Events.WriteAsync(machine, new EventNote(EventLevel.Audit, "Seen", "A person looked.", "alice"));
        var query = new EventQuery
        {
            MachineIds = [machine],
            Hostnames = [first.Hostname],
            Usernames = ["alice"],
            Level = EventLevel.Debug,
            VisibleTo = "alice",
        };
        Check.That((await core.Events.QueryAsync(query with { Before = first.Id + 1 }))[0].Id == first.Id);
        Check.That((await core.Events.QueryAsync(query with { After = first.Id - 1 })).Any(happened => happened.Id == first.Id));
        var audit = await core.Events.QueryAsync(new EventQuery { Level = EventLevel.Audit });
        Check.That(audit.Count > 0 && audit.All(happened => happened.Note.Level == EventLevel.Audit));

        await core.Timeline.ObserveAsync(new Observation(TimeProvider.System.GetUtcNow(), Mac, "dhcp", "DISCOVER"));
        Check.That((await core.Timeline.ObservationsAsync(Mac)).Single().Text == "DISCOVER");
        Check.That((await core.Timeline.ReadAsync(machine)).OfType<TimelineEntry.ObservationEntry>().Count() == 1);
    }
}
