using System.Text;

namespace Maas.Testing.Controllers;

/// <summary>A sensor of a simulated management controller.</summary>
/// <param name="Name">Its name, at most 16 characters.</param>
/// <param name="Kind">What it measures.</param>
/// <param name="Value">What it shows: degrees C, volts in steps of 0.1, RPM in steps of 100, watts in steps of 4; null while it has no
/// reading.</param>
public sealed record SimulatedSensor(string Name, SimulatedSensorKind Kind, double? Value)
{
    /// <summary>Type of the sensor, number of the unit, step of one, and the power of ten of the result.</summary>
    internal (byte Type, byte Unit, byte Step, sbyte Exponent) Format => Kind switch
    {
        SimulatedSensorKind.Temperature => (0x01, 1, 1, 0),
        SimulatedSensorKind.Voltage => (0x02, 4, 1, -1),
        SimulatedSensorKind.Fan => (0x04, 18, 100, 0),
        _ => (0x0b, 6, 4, 0),
    };

    /// <summary>The byte that is read.</summary>
    internal byte Raw => (byte)Math.Clamp(Math.Round((Value ?? 0) / (Format.Step * Math.Pow(10, Format.Exponent))), 0, byte.MaxValue);

    /// <summary>The full sensor record (IPMI 2.0 table 43-1).</summary>
    internal byte[] Record(ushort id, byte number)
    {
        var name = Encoding.ASCII.GetBytes(Name)[..Math.Min(Name.Length, 16)];
        var record = new byte[48 + name.Length];
        (record[0], record[1], record[2], record[3], record[4]) = ((byte)id, (byte)(id >> 8), 0x51, 1, (byte)(record.Length - 5));
        (record[5], record[7], record[8], record[9], record[10], record[11]) = (0x20, number, 7, 1, 0x7f, 0x68);
        (record[12], record[13], record[21]) = (Format.Type, 1, Format.Unit);
        record[18] = 0x18; // upper non-critical... and critical thresholds can be read
        (record[24], record[29]) = (Format.Step, (byte)(Format.Exponent << 4));
        (record[37], record[38]) = (200, 180);
        record[47] = (byte)(0xc0 | name.Length);
        name.CopyTo(record, 48);
        return record;
    }
}

/// <summary>What a sensor measures.</summary>
public enum SimulatedSensorKind
{
    /// <summary>Degrees Celsius.</summary>
    Temperature,

    /// <summary>Volts.</summary>
    Voltage,

    /// <summary>Revolutions of a fan in a minute.</summary>
    Fan,

    /// <summary>Watts.</summary>
    Power,
}
