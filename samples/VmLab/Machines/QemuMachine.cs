using VmLab.Networks;
using VmLab.Processes;

namespace VmLab.Machines;

/// <summary>A machine in the rack, off or on. It is on exactly while its QEMU runs: a guest that powers off ends it.</summary>
public sealed class QemuMachine(VirtualMachine hardware, LabNetwork network, TimeProvider timeProvider) : IRackMachine, IAsyncDisposable
{
    private readonly SemaphoreSlim _button = new(1, 1);
    private LabProcess? _running;

    public VirtualMachine Hardware { get; } = hardware;

    public string Name => Hardware.Name;

    public string MacAddress => Hardware.MacAddress;

    /// <summary>The serial line, over all the times the machine was on.</summary>
    public ConsoleLog Console { get; } = new(timeProvider, hardware.ConsolePath);

    public bool IsOn => _running is { IsRunning: true };

    /// <summary>How often it was switched on.</summary>
    public int PowerOns { get; private set; }

    public async Task TurnOnAsync(CancellationToken cancellationToken)
    {
        await _button.WaitAsync(cancellationToken);
        try
        {
            if (IsOn) return;
            if (_running is not null) await _running.DisposeAsync();
            PrepareFiles();
            PowerOns++;
            Console.Append($"\n=== {Hardware.Name}: power on {PowerOns}\n");
            _running = LabProcess.Start(network.Command(QemuArguments.ProgramOf(Hardware.Firmware), QemuArguments.For(Hardware)), Console);
        }
        finally
        {
            _button.Release();
        }
    }

    public async Task TurnOffAsync(CancellationToken cancellationToken)
    {
        await _button.WaitAsync(cancellationToken);
        try
        {
            if (_running is not null) await _running.KillAsync();
        }
        finally
        {
            _button.Release();
        }
    }

    public async Task WaitForPowerOffAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_running is not null) await _running.WaitForExitAsync(cancellationToken).WaitAsync(timeout, timeProvider, cancellationToken);
    }

    /// <summary>Plugs in the disks that appear late.</summary>
    public async Task AttachLateDisksAsync(CancellationToken cancellationToken)
    {
        using var commands = await QmpClient.ConnectAsync(Hardware.CommandSocketPath, cancellationToken);
        foreach (var disk in QemuHardware.LateDisks(Hardware)) await commands.ExecuteAsync("device_add", disk, cancellationToken);
    }

    public Task TypeAsync(string text, CancellationToken cancellationToken) =>
        _running?.TypeAsync(text, cancellationToken) ?? throw new InvalidOperationException($"{Hardware.Name} is off");

    public async ValueTask DisposeAsync()
    {
        if (_running is not null) await _running.DisposeAsync();
        Console.Dispose();
        _button.Dispose();
    }

    private void PrepareFiles()
    {
        foreach (var (number, disk) in Hardware.AllDisks.Index())
        {
            if (File.Exists(Hardware.PathOfDisk(number))) continue;
            using var file = File.Create(Hardware.PathOfDisk(number));
            file.SetLength(disk.Size * 1024L * 1024L);
        }

        if (Hardware.IsUefi && !File.Exists(Hardware.FirmwareVariablesPath))
            File.Copy(QemuArguments.VariablesOf(Hardware.Firmware), Hardware.FirmwareVariablesPath);
    }
}
