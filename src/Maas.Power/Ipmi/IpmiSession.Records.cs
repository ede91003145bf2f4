using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Maas.Power.Ipmi.Records;
using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi;

public sealed partial class IpmiSession
{
    private const ushort LastRecord = 0xffff;
    private const int MostRecords = 4096;
    private const int LongestInventory = 16 * 1024;
    private const int LongestRecord = 5 + byte.MaxValue;

    // What most controllers return in one piece; halved for one that cannot.
    private const int LongestPiece = 32;
    private const int ShortestPiece = 4;

    /// <summary>Reads the sensors, one after the other: their descriptions, and what each measures.</summary>
    public async IAsyncEnumerable<IpmiSensor> ReadSensorsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var repository = new RecordReader(this, IpmiCommand.ReserveSdrRepository, IpmiCommand.GetSdr);
        ushort id = 0;
        for (var count = 0; count < MostRecords; count++)
        {
            if (await repository.ReadAsync(id, cancellationToken).ConfigureAwait(false) is not var (next, record)) yield break;
            if (SensorRecord.TryParse(record.Span, out var sensor) && sensor is { Owner: LanMessage.Controller, Lun: 0 })
            {
                var (code, data) = await AskAsync(
                    IpmiCommand.GetSensorReading, new[] { sensor.Number }, cancellationToken).ConfigureAwait(false);
                yield return sensor.WithReading(code == CompletionCode.Ok ? data.Span : default);
            }

            // A controller whose records go round in a circle is not followed.
            if (next == LastRecord || next == id || next == 0) yield break;
            id = next;
        }
    }

    /// <summary>Reads the system event log, the oldest entry first.</summary>
    public async IAsyncEnumerable<IpmiEventLogEntry> ReadEventLogAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ushort id = 0;
        for (var count = 0; count < ushort.MaxValue; count++)
        {
            var request = new byte[] { 0, 0, (byte)id, (byte)(id >> 8), 0, 0xff };
            var (code, data) = await AskAsync(IpmiCommand.GetSelEntry, request, cancellationToken).ConfigureAwait(false);
            if (code == CompletionCode.NotPresent) yield break;
            if (code != CompletionCode.Ok) throw Refusal(IpmiCommand.GetSelEntry, code);
            if (data.Length < 2 || !IpmiEventLogEntry.TryParse(data.Span[2..], out var entry) || entry is null)
                throw Malformed("event log entry");
            yield return entry;
            var next = BinaryPrimitives.ReadUInt16LittleEndian(data.Span);
            if (next == LastRecord || next == id || next == 0) yield break;
            id = next;
        }
    }

    /// <summary>Deletes all entries of the system event log.</summary>
    public async Task ClearEventLogAsync(CancellationToken cancellationToken = default)
    {
        var reservation = await SendAsync(IpmiCommand.ReserveSel, default, cancellationToken).ConfigureAwait(false);
        if (reservation.Length < 2) throw Malformed("reservation");
        var (low, high) = (reservation.Span[0], reservation.Span[1]);
        await SendAsync(
            IpmiCommand.ClearSel, new byte[] { low, high, (byte)'C', (byte)'L', (byte)'R', 0xaa }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads what a field replaceable unit says of itself.</summary>
    /// <param name="unit">Its number; 0, the default, is the machine itself.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns><see langword="null"/> when there is no such unit, or it has no inventory.</returns>
    public async Task<IpmiInventory?> ReadInventoryAsync(byte unit = 0, CancellationToken cancellationToken = default)
    {
        var (code, info) = await AskAsync(IpmiCommand.GetFruAreaInfo, new[] { unit }, cancellationToken).ConfigureAwait(false);
        if (code is CompletionCode.NotPresent or CompletionCode.ParameterOutOfRange) return null;
        if (code != CompletionCode.Ok) throw Refusal(IpmiCommand.GetFruAreaInfo, code);
        if (info.Length < 3) throw Malformed("inventory size");
        var inWords = (info.Span[2] & 1) != 0;
        var size = Math.Min((int)BinaryPrimitives.ReadUInt16LittleEndian(info.Span), LongestInventory);

        var bytes = new byte[size];
        var (offset, piece) = (0, LongestPiece);
        while (offset < size)
        {
            var at = inWords ? offset / 2 : offset;
            var count = Math.Min(piece, size - offset);
            var request = new byte[] { unit, (byte)at, (byte)(at >> 8), (byte)(inWords ? (count + 1) / 2 : count) };
            var (failure, data) = await AskAsync(IpmiCommand.ReadFru, request, cancellationToken).ConfigureAwait(false);
            if (IsTooLong(failure) && piece > ShortestPiece)
            {
                piece /= 2;
                continue;
            }

            if (failure != CompletionCode.Ok) throw Refusal(IpmiCommand.ReadFru, failure);
            if (data.Length < 2) break;
            var got = data.Span[1..Math.Min(data.Length, count + 1)];
            got.CopyTo(bytes.AsSpan(offset));
            offset += got.Length;
        }

        return IpmiInventory.TryParse(bytes.AsSpan(0, offset), out var inventory) ? inventory : null;
    }

    private static bool IsTooLong(byte code) => code is CompletionCode.CannotReturnThatMany or CompletionCode.LengthExceeded
        or CompletionCode.InvalidLength or CompletionCode.ParameterOutOfRange or 0xff;

    // Reads records in pieces, under a reservation that the controller may cancel at any time.
    private sealed class RecordReader(IpmiSession session, IpmiCommand reserve, IpmiCommand get)
    {
        private const int MostReservations = 8;

        private ushort _reservation;
        private bool _isReserved;
        private int _piece = LongestPiece;

        public async Task<(ushort Next, ReadOnlyMemory<byte> Record)?> ReadAsync(ushort id, CancellationToken cancellationToken)
        {
            for (var attempt = 0; attempt < MostReservations; attempt++)
            {
                if (!_isReserved) await ReserveAsync(cancellationToken).ConfigureAwait(false);
                var (code, next, record) = await ReadReservedAsync(id, cancellationToken).ConfigureAwait(false);
                if (code == CompletionCode.ReservationCancelled) _isReserved = false;
                else if (code == CompletionCode.NotPresent) return null;
                else if (code != CompletionCode.Ok) throw Refusal(get, code);
                else return (next, record);
            }

            throw new IpmiException(IpmiError.Busy, "The controller's records change while they are read.");
        }

        private async Task ReserveAsync(CancellationToken cancellationToken)
        {
            var (code, data) = await session.AskAsync(reserve, default, cancellationToken).ConfigureAwait(false);
            // A controller without reservations takes 0.
            _reservation = code == CompletionCode.Ok && data.Length >= 2 ? BinaryPrimitives.ReadUInt16LittleEndian(data.Span) : (ushort)0;
            _isReserved = true;
        }

        private async Task<(byte Code, ushort Next, ReadOnlyMemory<byte> Record)> ReadReservedAsync(
            ushort id, CancellationToken cancellationToken)
        {
            var record = new byte[LongestRecord];
            var (length, offset) = (SensorRecord.HeaderLength, 0);
            ushort next = 0;
            while (offset < length)
            {
                var count = Math.Min(_piece, length - offset);
                var request = new byte[]
                {
                    (byte)_reservation, (byte)(_reservation >> 8), (byte)id, (byte)(id >> 8), (byte)offset, (byte)count,
                };
                var (code, data) = await session.AskAsync(get, request, cancellationToken).ConfigureAwait(false);
                if (IsTooLong(code) && _piece > ShortestPiece)
                {
                    _piece /= 2;
                    continue;
                }

                if (code != CompletionCode.Ok) return (code, 0, default);
                if (data.Length < 3) throw Malformed("sensor data record");
                next = BinaryPrimitives.ReadUInt16LittleEndian(data.Span);
                var got = data.Span[2..Math.Min(data.Length, count + 2)];
                got.CopyTo(record.AsSpan(offset));
                offset += got.Length;
                if (length == SensorRecord.HeaderLength && offset >= length) length += record[SensorRecord.HeaderLength - 1];
            }

            return (CompletionCode.Ok, next, record.AsMemory(0, length));
        }
    }
}
