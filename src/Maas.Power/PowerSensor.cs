namespace Maas.Power;

/// <summary>A sensor and what it measures.</summary>
/// <param name="Name">Its name as the controller gives it, without control characters; at most 100 characters.</param>
/// <param name="Value">The value; <see langword="null"/> for a sensor of states, and while there is no reading.</param>
/// <param name="Unit">The unit, such as <c>°C</c>, <c>V</c>, <c>RPM</c>, <c>%</c> or <c>W</c>; empty for a sensor of states.</param>
/// <param name="States">The bits of a sensor of states (IPMI 2.0 table 42-3); <see langword="null"/> for one with a value.</param>
/// <param name="Status">Whether the value is good.</param>
public sealed record PowerSensor(string Name, double? Value, string Unit, int? States, PowerSensorStatus Status)
{
    private const int LongestName = 100;

    /// <summary>The most sensors that are read of a machine.</summary>
    internal const int Most = 1024;

    /// <summary>A sensor with a name and a unit of a controller, which may be any text.</summary>
    internal static PowerSensor Of(string name, double? value, string unit, int? states, PowerSensorStatus status) => new(
        LogText.From(name, LongestName),
        value is { } number && double.IsFinite(number) ? number : null,
        unit switch
        {
            "degrees C" or "Cel" => "°C",
            "degrees F" => "°F",
            _ => LogText.From(unit, LongestName),
        },
        states, status);
}

/// <summary>Whether a sensor's value is good.</summary>
public enum PowerSensorStatus
{
    /// <summary>The controller does not say.</summary>
    Unknown,

    /// <summary>It is within its limits.</summary>
    Ok,

    /// <summary>It deserves attention.</summary>
    Warning,

    /// <summary>It is critical.</summary>
    Critical,
}
