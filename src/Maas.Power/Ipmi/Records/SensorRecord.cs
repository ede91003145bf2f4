using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi.Records;

/// <summary>A record of the sensor data repository that describes a sensor: full or compact (IPMI 2.0 tables 43-1 and 43-2).</summary>
internal sealed class SensorRecord
{
    public const int HeaderLength = 5;
    private const byte Full = 1;
    private const byte Compact = 2;
    private const byte ThresholdEvents = 1;

    private byte _linearization;
    private int _m;
    private int _b;
    private int _resultExponent;
    private int _offsetExponent;
    private int _format;
    private bool _isAnalog;
    private (int Mask, byte[] Values) _thresholds = (0, []);

    public required byte Number { get; init; }

    public required byte Owner { get; init; }

    public required byte Lun { get; init; }

    public required byte Type { get; init; }

    public required string Unit { get; init; }

    public required string Name { get; init; }

    /// <summary>Reads a record; <see langword="false"/> for one that describes no sensor.</summary>
    public static bool TryParse(ReadOnlySpan<byte> record, out SensorRecord? sensor)
    {
        sensor = null;
        var reader = new IpmiReader(record);
        reader.Skip(3);
        var kind = reader.ReadByte();
        reader.Skip(1);
        if (reader.Failed || kind is not (Full or Compact)) return false;
        var (owner, lun, number) = (reader.ReadByte(), reader.ReadByte(), reader.ReadByte());
        reader.Skip(4); // entity, its instance, initialization, capabilities
        var (type, eventType) = (reader.ReadByte(), reader.ReadByte());
        reader.Skip(4);
        var readable = reader.ReadUInt16();
        var (units, unit, modifier) = (reader.ReadByte(), reader.ReadByte(), reader.ReadByte());
        if (kind == Compact)
        {
            reader.Skip(8);
            var name = TypeLengthText.Read(ref reader);
            sensor = new SensorRecord
            {
                Number = number, Owner = owner, Lun = (byte)(lun & 3), Type = type, Unit = "", Name = name ?? $"sensor {number}",
            };
            return !reader.Failed;
        }

        var linearization = (byte)(reader.ReadByte() & 0x7f);
        var (m, mHigh, b, bHigh) = (reader.ReadByte(), reader.ReadByte(), reader.ReadByte(), reader.ReadByte());
        reader.Skip(1);
        var exponents = reader.ReadByte();
        reader.Skip(6); // analog flags, nominal, normal and sensor range
        var values = reader.ReadSpan(6);
        reader.Skip(5);
        sensor = new SensorRecord
        {
            Number = number,
            Owner = owner,
            Lun = (byte)(lun & 3),
            Type = type,
            Unit = IsAnalogFormat(units) && eventType == ThresholdEvents ? UnitName(units, unit, modifier) : "",
            Name = TypeLengthText.Read(ref reader) ?? $"sensor {number}",
            _linearization = linearization,
            _m = Signed(m | (mHigh & 0xc0) << 2, 10),
            _b = Signed(b | (bHigh & 0xc0) << 2, 10),
            _resultExponent = Signed(exponents >> 4, 4),
            _offsetExponent = Signed(exponents & 0x0f, 4),
            _format = units >> 6,
            _isAnalog = IsAnalogFormat(units) && eventType == ThresholdEvents,
            _thresholds = (readable & 0x3f, values.ToArray()),
        };
        return !reader.Failed;
    }

    /// <summary>The sensor with the data of its reading: value, flags, states.</summary>
    public IpmiSensor WithReading(ReadOnlySpan<byte> reading)
    {
        var isAvailable = reading.Length >= 2 && (reading[1] & 0x20) == 0 && (reading[1] & 0x40) != 0;
        int? states = !isAvailable ? null
            : reading.Length >= 4 ? reading[2] | (reading[3] & 0x7f) << 8
            : reading.Length == 3 ? reading[2]
            : 0;
        return new IpmiSensor(
            Name,
            Number,
            Type,
            Unit,
            isAvailable && _isAnalog ? Convert(reading[0]) : null,
            states,
            _isAnalog ? new IpmiSensorLimits(Threshold(1), Threshold(0), Threshold(3), Threshold(4)) : null);
    }

    // The record has upper non-recoverable, critical, non-critical, then lower; the mask has lower non-critical first.
    private double? Threshold(int bit)
    {
        if ((_thresholds.Mask & 1 << bit) == 0 || _thresholds.Values.Length < 6) return null;
        return Convert(_thresholds.Values[5 - bit]);
    }

    // y = L((M x + B 10^K1) 10^K2), IPMI 2.0 section 36.3.
    private double? Convert(byte raw)
    {
        var x = _format switch
        {
            1 => raw < 0x80 ? raw : -(byte)~raw,
            2 => (sbyte)raw,
            _ => raw,
        };
        var y = ((_m * x) + (_b * Math.Pow(10, _offsetExponent))) * Math.Pow(10, _resultExponent);
        y = _linearization switch
        {
            1 => Math.Log(y),
            2 => Math.Log10(y),
            3 => Math.Log2(y),
            4 => Math.Exp(y),
            5 => Math.Pow(10, y),
            6 => Math.Pow(2, y),
            7 => 1 / y,
            8 => y * y,
            9 => y * y * y,
            10 => Math.Sqrt(y),
            11 => Math.Cbrt(y),
            _ => y,
        };
        return double.IsFinite(y) ? Math.Round(y, 6) : null;
    }

    private static bool IsAnalogFormat(byte units) => units >> 6 != 3;

    private static int Signed(int value, int bits) => value >= 1 << (bits - 1) ? value - (1 << bits) : value;

    private static string UnitName(byte units, byte unit, byte modifier)
    {
        var name = (units & 1) != 0 ? "%" : Name(unit);
        return (units >> 1 & 3) switch
        {
            1 => $"{name}/{Name(modifier)}",
            2 => $"{name} * {Name(modifier)}",
            _ => name,
        };

        // IPMI 2.0 table 43-15; the units that machines have.
        static string Name(byte unit) => unit switch
        {
            0 => "",
            1 => "degrees C",
            2 => "degrees F",
            3 => "K",
            4 => "V",
            5 => "A",
            6 => "W",
            7 => "J",
            16 => "Pa",
            18 => "RPM",
            19 => "Hz",
            20 => "us",
            21 => "ms",
            22 => "s",
            23 => "min",
            24 => "h",
            70 => "byte",
            _ => $"unit {unit}",
        };
    }
}
