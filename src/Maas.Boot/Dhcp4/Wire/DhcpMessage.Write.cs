using System.Buffers.Binary;

namespace Maas.Boot.Dhcp4.Wire;

public sealed partial class DhcpMessage
{
    /// <summary>Writes the message: options in their order, relay agent information last, padded to <see cref="Shortest"/>.</summary>
    /// <param name="destination">Where to; its length is the longest message the receiver takes.</param>
    /// <param name="written">The octets written; 0 when they do not fit.</param>
    /// <returns>
    /// Whether it fits. Options that do not fit the options field go to <c>file</c> and <c>sname</c> where those are empty (RFC 2131
    /// section 4.1).
    /// </returns>
    public bool TryWrite(Span<byte> destination, out int written)
    {
        written = 0;
        if (destination.Length < HeaderLength + 1) return false;
        var needed = HeaderLength + Options.WireLength + 1;
        var fits = needed <= destination.Length;
        WriteHeader(destination);
        var end = HeaderLength;
        if (fits) end += Options.WriteAll(destination[HeaderLength..]);
        else if (!TryOverload(destination, ref end)) return false;

        destination[end++] = (byte)DhcpOptionCode.End;
        written = end;
        if (end < Shortest && destination.Length >= Shortest)
        {
            destination[end..Shortest].Clear();
            written = Shortest;
        }

        return true;
    }

    private void WriteHeader(Span<byte> destination)
    {
        destination[0] = (byte)Operation;
        destination[1] = Hardware.Type;
        destination[2] = Hardware.Length;
        destination[3] = Hops;
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], TransactionId);
        BinaryPrimitives.WriteUInt16BigEndian(destination[8..], SecondsElapsed);
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], Flags);
        Ciaddr.WriteTo(destination[12..]);
        Yiaddr.WriteTo(destination[16..]);
        Siaddr.WriteTo(destination[20..]);
        Giaddr.WriteTo(destination[24..]);
        var hardware = destination.Slice(28, 16);
        hardware[Hardware.CopyTo(hardware)..].Clear();
        _names.CopyTo(destination[44..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[236..], MagicCookie);
    }

    // An option of one part stays whole in one field, in the order of the options where it can. A longer one, which its receiver must join
    // anyway (RFC 3396), fills what the others leave. Only when that is not enough are shorter ones split over the fields too.
    private bool TryOverload(Span<byte> destination, ref int end) =>
        TrySpread(destination, ref end, longestWhole: DhcpOptions.LongestPart) || TrySpread(destination, ref end, longestWhole: 32);

    private bool TrySpread(Span<byte> destination, ref int end, int longestWhole)
    {
        const int OverloadOption = 3, EndOption = 1;
        var relay = Options.TryGet(DhcpOptionCode.RelayAgentInformation, out var relayValue)
            ? DhcpOptions.WireLengthOf(relayValue.Length)
            : 0;
        var optionsRoom = destination.Length - HeaderLength - OverloadOption - relay - EndOption;
        if (optionsRoom < 0) return false;
        var nameField = destination.Slice(44, ServerNameLength);
        var fileField = destination.Slice(44 + ServerNameLength, FileLength);
        var options = new OptionArea(destination.Slice(HeaderLength, optionsRoom));
        var file = new OptionArea(FileField.ContainsAnyExcept((byte)0) ? default : fileField[..^EndOption]);
        var serverName = new OptionArea(ServerNameField.ContainsAnyExcept((byte)0) ? default : nameField[..^EndOption]);
        var relayIndex = -1;
        if (TryPlaceWhole(ref options, ref file, ref serverName, longestWhole, ref relayIndex)
            && TryPlaceSplit(ref options, ref file, ref serverName, longestWhole))
        {
            file.Finish(fileField);
            serverName.Finish(nameField);
            end += options.Used;
            destination[end] = (byte)DhcpOptionCode.Overload;
            destination[end + 1] = 1;
            destination[end + 2] = (byte)((file.Used > 0 ? 1 : 0) | (serverName.Used > 0 ? 2 : 0));
            end += OverloadOption;
            if (relayIndex >= 0) end += Options.WriteOne(relayIndex, destination[end..]);
            return true;
        }

        _names.CopyTo(destination[44..]);
        return false;
    }

    private bool TryPlaceWhole(ref OptionArea options, ref OptionArea file, ref OptionArea serverName, int longestWhole, ref int relayIndex)
    {
        // What only the options field can hold has its place kept there.
        var kept = 0;
        for (var i = 0; i < Options.Count; i++)
            if (OnlyFitsOptions(Options.At(i), longestWhole)) kept += DhcpOptions.WireLengthOf(Options.At(i).Value.Length);
        if (kept > options.Left) return false;

        for (var i = 0; i < Options.Count; i++)
        {
            var option = Options.At(i);
            var length = DhcpOptions.WireLengthOf(option.Value.Length);
            if (option.Code == DhcpOptionCode.RelayAgentInformation) relayIndex = i;
            else if (option.Value.Length > longestWhole) continue;
            else if (OnlyFitsOptions(option, longestWhole))
            {
                options.Add(Options, i);
                kept -= length;
            }
            else if (length <= options.Left - kept) options.Add(Options, i);
            else if (length <= file.Left) file.Add(Options, i);
            else if (length <= serverName.Left) serverName.Add(Options, i);
            else return false;
        }

        return true;
    }

    // The parts are joined in the order options, file, sname (RFC 3396 section 5).
    private bool TryPlaceSplit(ref OptionArea options, ref OptionArea file, ref OptionArea serverName, int longestWhole)
    {
        for (var i = 0; i < Options.Count; i++)
        {
            var option = Options.At(i);
            if (option.Code == DhcpOptionCode.RelayAgentInformation || option.Value.Length <= longestWhole) continue;
            var rest = serverName.Fill(option.Code, file.Fill(option.Code, options.Fill(option.Code, option.Value)));
            if (!rest.IsEmpty) return false;
        }

        return true;
    }

    private static bool OnlyFitsOptions(DhcpOption option, int longestWhole) =>
        option.Code != DhcpOptionCode.RelayAgentInformation
            && option.Value.Length <= longestWhole
            && DhcpOptions.WireLengthOf(option.Value.Length) >= FileLength;

    /// <summary>A field that holds options, and how much of it is used.</summary>
    private ref struct OptionArea(Span<byte> room)
    {
        private readonly Span<byte> _room = room;

        public int Used { get; private set; }

        public readonly int Left => _room.Length - Used;

        public void Add(DhcpOptions options, int index) => Used += options.WriteOne(index, _room[Used..]);

        /// <summary>Writes as much of a value as there is room for, in parts, and returns the rest.</summary>
        public ReadOnlySpan<byte> Fill(DhcpOptionCode code, ReadOnlySpan<byte> value)
        {
            while (!value.IsEmpty && Left > 2)
            {
                var part = value[..Math.Min(Math.Min(value.Length, DhcpOptions.LongestPart), Left - 2)];
                _room[Used] = (byte)code;
                _room[Used + 1] = (byte)part.Length;
                part.CopyTo(_room[(Used + 2)..]);
                Used += 2 + part.Length;
                value = value[part.Length..];
            }

            return value;
        }

        public readonly void Finish(Span<byte> field)
        {
            if (Used > 0) field[Used] = (byte)DhcpOptionCode.End;
        }
    }
}
