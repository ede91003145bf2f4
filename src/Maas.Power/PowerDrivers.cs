using System.Collections.Frozen;
using System.Diagnostics;
using Maas.Power.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Power;

/// <summary>The drivers at hand, by power type: asks the one that serves a target, and logs and counts what it answered.</summary>
/// <example><code>
/// var power = new PowerDrivers([new ManualDriver(), new WakeOnLanDriver(), new IpmiDriver()]);
/// var answer = await power.TurnOnAsync(target, cancellationToken);
/// </code></example>
public sealed partial class PowerDrivers
{
    private readonly FrozenDictionary<string, IPowerDriver> _byType;
    private readonly ILogger _logger;

    /// <summary>
    /// Gathers drivers. Of two that serve the same power type the later one is asked, so that a caller can replace a built-in one.
    /// </summary>
    public PowerDrivers(IEnumerable<IPowerDriver> drivers, ILogger<PowerDrivers>? logger = null)
    {
        var byType = new Dictionary<string, IPowerDriver>(StringComparer.OrdinalIgnoreCase);
        foreach (var driver in drivers)
        {
            foreach (var type in driver.PowerTypes) byType[type] = driver;
        }

        _byType = byType.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        PowerTypes = [.. _byType.Keys.Order(StringComparer.Ordinal)];
        _logger = logger ?? NullLogger<PowerDrivers>.Instance;
    }

    /// <summary>The power types that can be served, sorted.</summary>
    public IReadOnlyList<string> PowerTypes { get; }

    /// <summary>The driver of a power type; <see langword="null"/> when no driver has it.</summary>
    public IPowerDriver? Find(string powerType) => _byType.GetValueOrDefault(powerType);

    /// <summary>
    /// Checks a target without asking the hardware: why it cannot work, in MAAS's words; <see langword="null"/> when it may. A type
    /// without a driver is not checked here: see <see cref="Find"/>.
    /// </summary>
    public string? Validate(PowerTarget target) => Find(target.PowerType)?.Validate(target);

    /// <summary>Whether the driver of a power type opens serial consoles.</summary>
    public bool HasSerialConsole(string powerType) => Find(powerType) is ISerialConsoleDriver;

    /// <summary>Opens the serial console of a machine. One that is open elsewhere may be taken over, and ends there.</summary>
    public async Task<SerialConsoleResult> OpenSerialAsync(PowerTarget target, CancellationToken cancellationToken)
    {
        using var activity = PowerDiagnostics.Source.StartActivity("power console");
        activity?.SetTag("power.type", target.PowerType);
        var result = Find(target.PowerType) is ISerialConsoleDriver driver
            ? await driver.OpenSerialAsync(target, cancellationToken).ConfigureAwait(false)
            : new SerialConsoleResult.Failed(
                PowerFailure.UnknownPowerType, $"Power type '{target.PowerType}' has no serial console.");
        var described = target.Describe();
        if (result is SerialConsoleResult.Failed failed)
        {
            activity?.SetStatus(ActivityStatusCode.Error, failed.Failure.ToString());
            LogFailed("console", described, failed.Failure, failed.Reason);
        }
        else
        {
            LogConsole(described);
        }

        return result;
    }

    /// <summary>Whether the driver of a power type reads sensors.</summary>
    public bool HasSensors(string powerType) => Find(powerType) is ISensorDriver;

    /// <summary>Reads all sensors of a machine; see <see cref="ISensorDriver.ReadSensorsAsync"/>.</summary>
    public async Task<SensorResult> ReadSensorsAsync(PowerTarget target, CancellationToken cancellationToken)
    {
        using var reading = BeginReading("sensors", target);
        var result = Find(target.PowerType) is ISensorDriver driver
            ? await driver.ReadSensorsAsync(target, cancellationToken).ConfigureAwait(false)
            : new SensorResult.Failed(PowerFailure.UnknownPowerType, $"Power type '{target.PowerType}' has no sensors.");
        EndReading(reading, "sensors", target, result is SensorResult.Failed failed ? (failed.Failure, failed.Reason) : null);
        return result;
    }

    /// <summary>The power types whose drivers read inventories, sorted.</summary>
    public IReadOnlyList<string> InventoryPowerTypes => [.. PowerTypes.Where(HasInventory)];

    /// <summary>Whether the driver of a power type reads inventories.</summary>
    public bool HasInventory(string powerType) => Find(powerType) is IInventoryDriver;

    /// <summary>Reads what a machine is made of; see <see cref="IInventoryDriver.ReadInventoryAsync"/>.</summary>
    public async Task<InventoryResult> ReadInventoryAsync(PowerTarget target, CancellationToken cancellationToken)
    {
        using var reading = BeginReading("inventory", target);
        var result = Find(target.PowerType) is IInventoryDriver driver
            ? await driver.ReadInventoryAsync(target, cancellationToken).ConfigureAwait(false)
            : new InventoryResult.Failed(PowerFailure.UnknownPowerType, $"Power type '{target.PowerType}' has no inventory.");
        EndReading(reading, "inventory", target, result is InventoryResult.Failed failed ? (failed.Failure, failed.Reason) : null);
        return result;
    }

    /// <summary>Whether the driver of a power type has virtual media.</summary>
    public bool HasVirtualMedia(string powerType) => Find(powerType) is IVirtualMediaDriver;

    /// <summary>Inserts an image and chooses it for the next boot; see <see cref="IVirtualMediaDriver.InsertMediaAsync"/>.</summary>
    public Task<PowerResult> InsertMediaAsync(PowerTarget target, Uri image, CancellationToken cancellationToken) =>
        AskAsync("insert-media", target, driver => driver is IVirtualMediaDriver media
            ? media.InsertMediaAsync(target, image, cancellationToken) : NoVirtualMedia(target));

    /// <summary>Takes out the image; see <see cref="IVirtualMediaDriver.EjectMediaAsync"/>.</summary>
    public Task<PowerResult> EjectMediaAsync(PowerTarget target, CancellationToken cancellationToken) =>
        AskAsync("eject-media", target, driver => driver is IVirtualMediaDriver media
            ? media.EjectMediaAsync(target, cancellationToken) : NoVirtualMedia(target));

    private static Activity? BeginReading(string what, PowerTarget target) =>
        PowerDiagnostics.Source.StartActivity($"power {what}")?.SetTag("power.type", target.PowerType);

    private void EndReading(Activity? activity, string what, PowerTarget target, (PowerFailure Failure, string Reason)? failed)
    {
        var answer = failed?.Failure.ToString() ?? "Read";
        PowerDiagnostics.Requests.Add(1, new("power.type", target.PowerType), new("request", what), new("answer", answer));
        if (failed is not { } refused) return;
        activity?.SetStatus(ActivityStatusCode.Error, answer);
        LogFailed(what, target.Describe(), refused.Failure, refused.Reason);
    }

    private static Task<PowerResult> NoVirtualMedia(PowerTarget target) =>
        Task.FromResult<PowerResult>(new PowerResult.Unsupported($"Power type '{target.PowerType}' has no virtual media."));

    /// <summary>Asks whether the machine is on.</summary>
    public Task<PowerResult> QueryAsync(PowerTarget target, CancellationToken cancellationToken) =>
        AskAsync("query", target, driver => driver.QueryAsync(target, cancellationToken));

    /// <summary>Turns the machine on; one that is on stays as it is.</summary>
    public Task<PowerResult> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) =>
        AskAsync("on", target, driver => driver.TurnOnAsync(target, cancellationToken));

    /// <summary>Turns the machine off; one that is off stays as it is.</summary>
    public Task<PowerResult> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) =>
        AskAsync("off", target, driver => driver.TurnOffAsync(target, mode, cancellationToken));

    /// <summary>Chooses where the machine boots from the next time, once.</summary>
    public Task<PowerResult> SetNextBootAsync(PowerTarget target, NextBoot device, CancellationToken cancellationToken) =>
        AskAsync("next-boot", target, driver => driver.SetNextBootAsync(target, device, cancellationToken));

    private async Task<PowerResult> AskAsync(string request, PowerTarget target, Func<IPowerDriver, Task<PowerResult>> ask)
    {
        using var activity = PowerDiagnostics.Source.StartActivity($"power {request}");
        activity?.SetTag("power.type", target.PowerType);
        var answer = Find(target.PowerType) is { } driver
            ? await ask(driver).ConfigureAwait(false)
            : new PowerResult.Failed(
                PowerFailure.UnknownPowerType,
                $"No driver serves power type '{target.PowerType}'; there are: {string.Join(", ", PowerTypes)}.");

        PowerDiagnostics.Requests.Add(1, new("power.type", target.PowerType), new("request", request), new("answer", NameOf(answer)));
        var described = target.Describe();
        if (answer is PowerResult.Failed failed)
        {
            activity?.SetStatus(ActivityStatusCode.Error, failed.Failure.ToString());
            LogFailed(request, described, failed.Failure, failed.Reason);
        }
        else
        {
            // Queries come every few minutes for each machine, and a Wake-on-LAN machine cannot answer one: for the curious.
            var told = request == "query" || answer is PowerResult.Unsupported ? LogLevel.Debug : LogLevel.Information;
            LogAnswered(told, request, described, answer);
        }

        return answer;
    }

    private static string NameOf(PowerResult answer) =>
        answer is PowerResult.Failed failed ? failed.Failure.ToString() : answer.GetType().Name;

    [LoggerMessage(EventId = 1, Message = "Power {Request} of {Target}: {Answer}")]
    private partial void LogAnswered(LogLevel level, string request, string target, PowerResult answer);

    [LoggerMessage(2, LogLevel.Warning, "Power {Request} of {Target} failed ({Failure}): {Reason}")]
    private partial void LogFailed(string request, string target, PowerFailure failure, string reason);

    [LoggerMessage(3, LogLevel.Information, "Serial console of {Target} opened")]
    private partial void LogConsole(string target);
}
