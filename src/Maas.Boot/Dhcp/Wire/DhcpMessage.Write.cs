using System.Buffers.Binary;

namespace Maas.Boot.Dhcp.Wire;

public sealed partial class DhcpMessage
{
    /// <summary>Writes the message: options in their order, relay agent information last, padded to <see cref="Shortest"/>.</summary>
    /// <param name="destination">Where to; its length is the longest message the receiver takes.</param>
    /// <param name="written">The octets written; 0 when they do not fit.</param>
    /// <returns>Whether it fits. Options that do not fit the options field go to <c>file</c> and <c>sname</c> where those are empty (RFC 2131 section 4.1).</returns>
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
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], ClientNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], YourNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], NextServerNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[24..], RelayNumber);
        var hardware = destination.Slice(28, 16);
        hardware[Hardware.CopyTo(hardware)..].Clear();
        _names.CopyTo(destination[44..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[236..], MagicCookie);
    }

    // First fit into options, file, sname. An option stays whole in one field, so its parts need no order between fields.
    private bool TryOverload(Span<byte> destination, ref int end)
    {
        const int OverloadOption = 3, EndOption = 1;
        var relay = Options.TryGet(DhcpOptionCode.RelayAgentInformation, out var relayValue) ? DhcpOptions.WireLengthOf(relayValue.Length) : 0;
        var optionsRoom = destination.Length - HeaderLength - OverloadOption - relay - EndOption;
        var serverName = destination.Slice(44, ServerNameLength);
        var file = destination.Slice(44 + ServerNameLength, FileLength);
        var fileRoom = file.ContainsAnyExcept((byte)0) ? 0 : FileLength - EndOption;
        var nameRoom = serverName.ContainsAnyExcept((byte)0) ? 0 : ServerNameLength - EndOption;
        int fileUsed = 0, nameUsed = 0, relayIndex = -1;
        if (optionsRoom < 0) return false;

        for (var i = 0; i < Options.Count; i++)
        {
            var option = Options.At(i);
            var length = DhcpOptions.WireLengthOf(option.Value.Length);
            if (option.Code == DhcpOptionCode.RelayAgentInformation) relayIndex = i;
            else if (length <= optionsRoom - (end - HeaderLength)) end += Options.WriteOne(i, destination[end..]);
            else if (length <= fileRoom - fileUsed) fileUsed += Options.WriteOne(i, file[fileUsed..]);
            else if (length <= nameRoom - nameUsed) nameUsed += Options.WriteOne(i, serverName[nameUsed..]);
            else return false;
        }

        if (fileUsed > 0) file[fileUsed] = (byte)DhcpOptionCode.End;
        if (nameUsed > 0) serverName[nameUsed] = (byte)DhcpOptionCode.End;
        destination[end] = (byte)DhcpOptionCode.Overload;
        destination[end + 1] = 1;
        destination[end + 2] = (byte)((fileUsed > 0 ? 1 : 0) | (nameUsed > 0 ? 2 : 0));
        end += OverloadOption;
        if (relayIndex >= 0) end += Options.WriteOne(relayIndex, destination[end..]);
        return true;
    }
}
