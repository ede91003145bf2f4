using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi.Records;

/// <summary>An entry of the system event log (IPMI 2.0 table 32-1).</summary>
/// <param name="Id">Its number.</param>
/// <param name="RecordType">2 for a system event; a maker's own above 0xbf.</param>
/// <param name="Time">When, by the controller's clock; null for an entry without time, or from before the clock was set.</param>
/// <param name="SensorType">What the sensor senses; 0 for a maker's own record.</param>
/// <param name="SensorNumber">The sensor's number; 0 for a maker's own record.</param>
/// <param name="IsAsserted">Whether the event begins; it ends otherwise.</param>
/// <param name="EventType">How to read the data (IPMI 2.0 table 42-1); 0 for a maker's own record.</param>
/// <param name="Data">The event's data: 3 bytes, of a maker's own record up to 13.</param>
public sealed record IpmiEventLogEntry(
    int Id,
    byte RecordType,
    DateTimeOffset? Time,
    byte SensorType,
    byte SensorNumber,
    bool IsAsserted,
    byte EventType,
    ReadOnlyMemory<byte> Data)
{
    internal const int Length = 16;
    private const byte SystemEvent = 0x02;
    private const byte FirstWithoutTime = 0xe0;

    // Times up to here count from the controller's start (IPMI 2.0 section 37.1).
    private const uint LastBeforeClockWasSet = 0x20000000;

    internal static bool TryParse(ReadOnlySpan<byte> record, out IpmiEventLogEntry? entry)
    {
        var reader = new IpmiReader(record);
        var (id, type) = (reader.ReadUInt16(), reader.ReadByte());
        if (type >= FirstWithoutTime)
        {
            entry = new IpmiEventLogEntry(id, type, null, 0, 0, IsAsserted: true, 0, reader.ReadSpan(13).ToArray());
            return !reader.Failed;
        }

        var seconds = reader.ReadUInt32();
        DateTimeOffset? time = seconds is > LastBeforeClockWasSet and < uint.MaxValue ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        if (type != SystemEvent)
        {
            entry = new IpmiEventLogEntry(id, type, time, 0, 0, IsAsserted: true, 0, reader.ReadSpan(9).ToArray());
            return !reader.Failed;
        }

        reader.Skip(3); // generator, version of the format
        var (sensorType, sensor, direction) = (reader.ReadByte(), reader.ReadByte(), reader.ReadByte());
        entry = new IpmiEventLogEntry(
            id, type, time, sensorType, sensor, (direction & 0x80) == 0, (byte)(direction & 0x7f), reader.ReadSpan(3).ToArray());
        return !reader.Failed;
    }
}
