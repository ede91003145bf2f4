using VmLab.Machines;
using VmLab.Networks;

namespace Maas.Journey.Tests.Lab;

/// <summary>A network and a folder for one test's machines.</summary>
internal sealed class LabBench : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-lab-");
    private readonly List<QemuMachine> _machines = [];

    private LabBench(LabNetwork network) => Network = network;

    public LabNetwork Network { get; }

    public string Folder => _folder.FullName;

    public static async Task<LabBench> CreateAsync() => new(await LabNetwork.CreateAsync(TestContext.Current.CancellationToken));

    public async Task<QemuMachine> AddMachineAsync(
        string name,
        Firmware firmware,
        int memory = 512,
        bool overIPv6 = false,
        bool overHttp = false)
    {
        var number = _machines.Count + 1;
        var machine = new QemuMachine(
            new VirtualMachine
            {
                Name = name,
                Firmware = firmware,
                MacAddress = $"52:54:00:77:00:{number:x2}",
                Tap = await Network.AddTapAsync(TestContext.Current.CancellationToken),
                Uuid = Guid.Parse($"4c4c4544-0000-4d61-8073-00000000000{number}"),
                Serial = $"LAB{number:0000}",
                Folder = Folder,
                Memory = memory,
                BootsOverIPv6 = overIPv6,
                BootsOverHttp = overHttp,
            },
            Network,
            TimeProvider.System);
        _machines.Add(machine);
        return machine;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in _machines) await machine.DisposeAsync();
        await Network.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
