using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Maas.Boot;
using Maas.Core.Nodes;
using Maas.Testing;
using Maas.Testing.Hardware;

namespace Maas.Hosting.Tests.Evidence;

/// <content>The environment, an installer or the installed system starts, and does not do what it should.</content>
internal static partial class SimulatedFaults
{
    private static readonly Guid Uuid = Guid.Parse("4c4c4544-0042-0001-0000-000000000001");

    /// <summary>What the agent looks for in a root archive on a machine with UEFI.</summary>
    public static string[] RootArchive =>
    [
        "etc/os-release", "boot/vmlinuz-6.1.0", "usr/sbin/grub-install", "usr/sbin/update-grub", "usr/lib/grub/x86_64-efi/modinfo.sh",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A root archive with these files.</summary>
    public static byte[] RootArchiveOf(IEnumerable<string> files)
    {
        var archive = new MemoryStream();
        using (var packed = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(packed))
            foreach (var file in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "./" + file) { DataStream = new MemoryStream(new byte[2000]) });
        return archive.ToArray();
    }

    // Commissions without a fault, and deploys with it.
    private static async Task<Diagnosed> DeployAsync(
        TimeSpan time, Func<SimulatedMachineOptions, SimulatedMachineOptions>? change = null, Action<HttpResponseMessage>? changes = null,
        Func<Uri, bool>? blocks = null)
    {
        await using var maas = await VirtualMaas.StartAsync();
        var (simulated, machine) = await maas.AddAsync(change: options => options with { Uuid = Uuid });
        await maas.CommissionAsync(simulated, machine.Id);
        machine = await maas.DeployReadyAsync(machine.Id);
        if (changes is not null) maas.Changes = changes;
        if (blocks is not null) maas.Blocks = blocks;
        if (change is null) return await maas.BootAsync(simulated, machine, time);
        await simulated.DisposeAsync();
        return await maas.BootAsync(maas.Add(change: change), machine, time);
    }

    private static async Task<Diagnosed> UnpackAsync(IEnumerable<string> files, SimulatedDiskModel? disk = null)
    {
        await using var maas = await VirtualMaas.StartAsync();
        var hardware = HardwareWith(disk ?? new SimulatedDiskModel("vda", 16L << 30, "S1"));
        var (simulated, machine) = await maas.AddAsync(change: options => options with { Hardware = hardware });
        await maas.CommissionAsync(simulated, machine.Id);
        await maas.AddImageAsync("custom/root", "tgz", RootArchiveOf(files));
        machine = await maas.DoAsync(machine.Id, new MachineCommand.Deploy("bob") { OsSystem = "custom", DistroSeries = "root" });
        return await maas.BootAsync(simulated, machine, FiveMinutes);
    }

    // By the Debian installer.
    private static async Task<Diagnosed> InstallAsync(SimulatedFault fault, TimeSpan time, Func<Uri, bool>? blocks = null)
    {
        await using var maas = await VirtualMaas.StartAsync();
        var (simulated, machine) = await maas.AddAsync();
        await maas.CommissionAsync(simulated, machine.Id);
        await simulated.DisposeAsync();
        machine = await maas.DoAsync(machine.Id, new MachineCommand.Deploy("bob") { OsSystem = "debian", DistroSeries = "bookworm" });
        if (blocks is not null) maas.Blocks = blocks;
        return await maas.BootAsync(maas.Add(change: options => options with { Faults = fault }), machine, time);
    }

    private static async Task<Diagnosed> NoEnvironmentAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        maas.HasEnvironment = false;
        var (simulated, machine) = await maas.AddAsync();
        return await maas.BootAsync(simulated, machine, TwoMinutes);
    }

    // An operator gives the link another network while the machine loads the environment.
    private static async Task<Diagnosed> RenumberedAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        maas.Changes = response =>
        {
            if (response.RequestMessage?.RequestUri?.AbsolutePath.EndsWith("/initrd", StringComparison.Ordinal) is true)
                maas.Renumber("10.9.0.0/16", "10.9.1.1-10.9.1.9");
        };
        var (simulated, machine) = await maas.AddAsync();
        return await maas.BootAsync(simulated, machine, FiveMinutes);
    }

    private static async Task<Diagnosed> OutOfMemoryAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        var (simulated, machine) = await maas.AddAsync(
            change: options => options with { Hardware = new() { MemoryMebibytes = 256 } });
        await maas.Core.Machines.EditAsync(machine.Id, null, each => each with { MemoryMiB = 256 }, Token);
        return await maas.BootAsync(simulated, machine, FiveMinutes);
    }

    // The syslog server is not on the network in memory: its observation of a line with the time of last week is given.
    private static async Task<Diagnosed> ClockSkewAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        maas.Blocks = url => url.AbsolutePath.StartsWith("/MAAS/metadata", StringComparison.Ordinal);
        var (simulated, machine) = await maas.AddAsync();
        simulated.TurnOn();
        await maas.Network.RunForAsync(TimeSpan.FromSeconds(30));
        var now = maas.Network.TimeProvider.GetUtcNow();
        var leased = (await maas.Core.Timeline.ReadAsync(machine.Id, cancellationToken: Token)).Count;
        leased.Should().BePositive();
        var line = Encoding.ASCII.GetBytes($"<13>1 {now.AddDays(-7):yyyy-MM-dd'T'HH:mm:ss'Z'} node agent - - - up");
        maas.Observe(new BootObservation.LineLogged(now, maas.AddressOf(VirtualMaas.Mac), SyslogMessage.Parse(line)));
        await maas.Network.RunForAsync(TimeSpan.FromSeconds(30));
        return await maas.PassAsync(machine.Id);
    }

    // The report of an installer with its log: the first failing line is the cause.
    private static async Task<Diagnosed> ScriptFailsAsync(string script, string output, string cause, string nextStep)
    {
        await using var maas = await VirtualMaas.StartAsync();
        var (simulated, machine) = await maas.AddAsync(change: options => options with
        {
            RunScript = each => each.Name == script ? new SimulatedScriptResult(3, output) : null,
        });
        simulated.TurnOn();
        await maas.Network.RunForAsync(FiveMinutes);
        var report = await maas.PassAsync(machine.Id);
        report.Explanations[0].Cause.Should().Be(cause);
        report.Explanations[0].NextStep.Should().Contain(nextStep);
        return report;
    }

    private static async Task<Diagnosed> InstallerFailedAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        var (simulated, machine) = await maas.AddAsync();
        await maas.CommissionAsync(simulated, machine.Id);
        machine = await maas.DeployReadyAsync(machine.Id);
        maas.Blocks = url => url.AbsolutePath.EndsWith("/maas-image", StringComparison.Ordinal);
        simulated.TurnOn();
        await maas.Network.RunForAsync(TimeSpan.FromSeconds(10));
        var log = string.Join(' ', Enumerable.Repeat("Setting up a package.", 30))
            + " E: Unable to locate package linux-image-x " + string.Join(' ', Enumerable.Repeat("cleanup", 60)) + " error: later";
        await maas.Core.Machines.ReportAsync(machine.Id, new MachineReport.Signal(SignalReport.Failed, log), Token);
        var report = await maas.PassAsync(machine.Id);
        report.Explanations[0].Cause.Should().Contain("E: Unable to locate package linux-image-x").And.NotContain("error: later");
        return report;
    }

    // Each bit of an image is written as it comes, and its hash is compared at the end.
    private static void Damage(HttpResponseMessage response)
    {
        if (response.RequestMessage?.RequestUri?.AbsolutePath.EndsWith("/maas-image", StringComparison.Ordinal) is not true) return;
        var image = response.Content.ReadAsByteArrayAsync(Token).Result;
        image[image.Length / 2] ^= 1;
        response.Content = new ByteArrayContent(image);
    }

    private static SimulatedHardware HardwareWith(SimulatedDiskModel disk) => new() { Disks = [disk] };
}
