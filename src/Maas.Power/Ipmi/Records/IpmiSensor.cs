namespace Maas.Power.Ipmi.Records;

/// <summary>A sensor and what it measures (IPMI 2.0 section 35 and 43).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Number">Its number.</param>
/// <param name="Type">What it senses: 1 temperature, 2 voltage, 3 current, 4 fan, 8 power supply, 0x0d drive slot (IPMI 2.0 table
/// 42-3).</param>
/// <param name="Unit">The unit, such as <c>degrees C</c>, <c>V</c>, <c>RPM</c> or <c>W</c>; empty for a sensor of states.</param>
/// <param name="Value">The value; null for a sensor of states, and while there is no reading.</param>
/// <param name="States">The bits of a sensor of states, or of the thresholds that are passed; null while there is no reading.</param>
/// <param name="Limits">The thresholds of a value; null for a sensor of states.</param>
public sealed record IpmiSensor(
    string Name, byte Number, byte Type, string Unit, double? Value, int? States, IpmiSensorLimits? Limits);

/// <summary>Thresholds, each null where the sensor has none.</summary>
/// <param name="LowerCritical">A value at or below it is critical.</param>
/// <param name="LowerWarning">A value at or below it deserves attention.</param>
/// <param name="UpperWarning">A value at or above it deserves attention.</param>
/// <param name="UpperCritical">A value at or above it is critical.</param>
public sealed record IpmiSensorLimits(double? LowerCritical, double? LowerWarning, double? UpperWarning, double? UpperCritical);
