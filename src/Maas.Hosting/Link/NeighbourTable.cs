using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Maas.Boot;

namespace Maas.Hosting.Link;

/// <summary>A neighbour that the kernel has resolved.</summary>
/// <param name="InterfaceIndex">On which link.</param>
/// <param name="Address">The address.</param>
/// <param name="Hardware">Who answers at it.</param>
internal sealed record Neighbour(int InterfaceIndex, IPAddress Address, HardwareAddress Hardware);

/// <summary>
/// The kernel's neighbour table of either IP, read by rtnetlink(7): there is no other face for the one of IPv6. All numbers are the host's
/// own.
/// <code>
/// nlmsghdr   length (4), type (2), flags (2), sequence (4), port (4)
/// ndmsg      family (1), padding (3), interface (4), state (2), flags (1), type (1)
/// rtattr     length (2), type (2), value, padding to 4          linux/netlink.h, linux/neighbour.h
/// </code>
/// </summary>
internal static partial class NeighbourTable
{
    private const int Netlink = 16, Raw = 3, CloseOnExec = 0x80000, Route = 0;
    private const ushort Error = 2, Done = 3, NewNeighbour = 28, GetNeighbour = 30, RequestDump = 0x301;
    private const int HeaderLength = 16, NeighbourLength = 12, AttributeLength = 4, LongestAnswer = 32 * 1024;
    private const int Destination = 1, LinkLayerAddress = 2;
    // reachable, stale, delay, probe, permanent: the hardware address has been heard, or was told
    private const int Resolved = 0x02 | 0x04 | 0x08 | 0x10 | 0x80;

    /// <summary>Everybody of one family whom the kernel has resolved.</summary>
    /// <exception cref="Win32Exception">The kernel refuses.</exception>
    [SupportedOSPlatform("linux")]
    public static IReadOnlyList<Neighbour> Read(AddressFamily family)
    {
        var descriptor = Checked(Socket(Netlink, Raw | CloseOnExec, Route));
        try
        {
            Span<byte> request = stackalloc byte[HeaderLength + NeighbourLength];
            request.Clear();
            MemoryMarshal.Write(request, request.Length);
            MemoryMarshal.Write(request[4..], GetNeighbour);
            MemoryMarshal.Write(request[6..], RequestDump);
            request[HeaderLength] = family == AddressFamily.InterNetworkV6 ? (byte)10 : (byte)2;
            Checked((int)Send(descriptor, ref MemoryMarshal.GetReference(request), (nuint)request.Length, 0));
            var (neighbours, buffer) = (new List<Neighbour>(), new byte[LongestAnswer]);
            while (!Parse(buffer.AsSpan(0, Checked((int)Receive(descriptor, ref buffer[0], (nuint)buffer.Length, 0))), neighbours))
            {
            }

            return neighbours;
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>The kernel's number of an interface now; 0 when it does not exist of that name, or this is not Linux.</summary>
    public static int IndexOf(string name) => OperatingSystem.IsLinux() ? (int)NameToIndex(name) : 0;

    /// <summary>Reads one answer of the kernel's.</summary>
    /// <returns>Whether it was the last.</returns>
    internal static bool Parse(ReadOnlySpan<byte> answer, ICollection<Neighbour> neighbours)
    {
        if (answer.Length < HeaderLength) return true; // nothing more comes
        while (answer.Length >= HeaderLength)
        {
            var length = MemoryMarshal.Read<int>(answer);
            var type = MemoryMarshal.Read<ushort>(answer[4..]);
            if (type is Done or Error || length < HeaderLength || length > answer.Length) return true;
            if (type == NewNeighbour && ReadOne(answer[HeaderLength..length]) is { } neighbour) neighbours.Add(neighbour);
            answer = answer[Math.Min(Aligned(length), answer.Length)..];
        }

        return false;
    }

    private static Neighbour? ReadOne(ReadOnlySpan<byte> message)
    {
        if (message.Length < NeighbourLength || (MemoryMarshal.Read<ushort>(message[8..]) & Resolved) == 0) return null;
        var interfaceIndex = MemoryMarshal.Read<int>(message[4..]);
        ReadOnlySpan<byte> address = default, hardware = default;
        for (var rest = message[NeighbourLength..]; rest.Length >= AttributeLength;)
        {
            var length = MemoryMarshal.Read<ushort>(rest);
            if (length < AttributeLength || length > rest.Length) break;
            var value = rest[AttributeLength..length];
            switch (MemoryMarshal.Read<ushort>(rest[2..]))
            {
                case Destination: address = value; break;
                case LinkLayerAddress: hardware = value; break;
            }

            rest = rest[Math.Min(Aligned(length), rest.Length)..];
        }

        return address.Length is 4 or 16 && hardware.Length == 6
            ? new Neighbour(interfaceIndex, new IPAddress(address), new HardwareAddress(HardwareAddress.Ethernet, hardware)) : null;
    }

    private static int Aligned(int length) => (length + 3) & ~3;

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint NameToIndex(string name);

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int domain, int type, int protocol);

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int descriptor, ref byte octets, nuint length, int flags);

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int descriptor, ref byte octets, nuint length, int flags);

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
