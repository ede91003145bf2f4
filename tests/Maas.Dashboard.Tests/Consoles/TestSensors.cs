using Maas.Core.Power;

namespace Maas.Dashboard.Tests.Consoles;

/// <summary>Sensors that read what the test says.</summary>
internal sealed class TestSensors : IMachineSensors
{
    public MachineSensorsResult Result { get; init; } = new MachineSensorsResult.Failed("Nothing was to be read.");

    public int Asked { get; private set; }

    public bool HasSensors(MachinePowerTarget target) => true;

    public Task<MachineSensorsResult> ReadAsync(MachinePowerTarget target, CancellationToken cancellationToken)
    {
        Asked++;
        return Task.FromResult(Result);
    }
}
