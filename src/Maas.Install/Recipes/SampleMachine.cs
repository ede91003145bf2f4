using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Core.Storage;
using Maas.Install.Storage;
using Maas.Install.Templates;

namespace Maas.Install.Recipes;

/// <summary>
/// A machine with everything that a template can read, to check templates with. Its texts have quotes, blanks and signs of each language,
/// so that a template which forgets a quote function is found when it is saved.
/// </summary>
public static class SampleMachine
{
    private const string Hostile = """it's "a" <b> & $(c) `d` {e}: #f""";

    /// <summary>The values of the sample machine.</summary>
    /// <param name="target">What decides on its templates.</param>
    public static IReadOnlyDictionary<string, object?> ValuesFor(TemplateTarget target)
    {
        var machine = new Machine
        {
            Id = SystemId.TryParse(target.SystemId, out var id) ? id : SystemId.Parse("4y3h7n"),
            Hostname = "sample",
            Description = Hostile,
            Architecture = $"{(target.Architecture.Length > 0 ? target.Architecture : "amd64")}/generic",
            MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")],
            HardwareUuid = "4c4c4544-0042-3510-8051-b4c04f4a3132",
            Tags = [.. target.Tags, "sample"],
            Owner = "sample-owner",
            Hardware = new Hardware { Disks = [new Disk { Name = "sda", Serial = "S3R1AL'0", Size = 480L << 30 }] },
            Deployment = new Deployment { Disk = new InstallDisk("sda", "S3R1AL'0") },
        };
        var recipe = KnownRecipes.All.FirstOrDefault(each => each.OsSystem == target.OsSystem) ?? KnownRecipes.All[0];
        var facts = new InstallFacts
        {
            Machine = machine,
            Recipe = recipe with
            {
                OsSystem = target.OsSystem.Length > 0 ? target.OsSystem : recipe.OsSystem,
                Series = target.Series.Length > 0 ? target.Series : recipe.Series,
                Parameters = KnownRecipes.All.Reverse().SelectMany(each => each.Parameters)
                    .Concat(recipe.Parameters).GroupBy(each => each.Key, StringComparer.Ordinal)
                    .ToDictionary(group => group.Key, group => group.Last().Value, StringComparer.Ordinal),
                Mirror = recipe.Mirror ?? new Uri("http://mirror.example/sample"),
                Proxy = new Uri("http://proxy.example:3128/"),
            },
            Server = new Uri("http://192.0.2.1:5240/MAAS"),
            Token = new MachineToken(machine.Id, "consumer", "token", new Secret("secret")),
            SshKeys = [$"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA {Hostile}"],
            StoragePlan = recipe.StoragePlan is StoragePlanFormat.None ? null : Plan(machine.Hardware),
            Now = DateTimeOffset.UnixEpoch,
        };
        return facts.ToValues();
    }

    private static DiskPlan? Plan(Hardware hardware)
    {
        var ids = new Numbers();
        var found = StorageDiscovery.Discover(hardware, new BootPlatform("amd64", IsUefi: true), null, ids);
        return StorageLayouts.Apply(found, new StorageLayoutRequest { Layout = "flat" }, ids) is StorageResult.Changed changed
            && DiskPlanner.Plan(changed.Config, hardware) is DiskPlanResult.Ready ready ? ready.Plan : null;
    }

    private sealed class Numbers : IIdSource
    {
        private long _last;

        public long NextId(IdKind kind) => ++_last;

        public Guid NextUuid() => new((int)++_last, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0);
    }
}
