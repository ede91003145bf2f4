using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace Maas.Boot.Net;

/// <summary>
/// Reads an interface of the network namespace that the reader was made in (Linux; elsewhere there is but one). .NET reads the namespace of
/// the thread that happens to ask, and a server that was started in another one would find its interface missing. A socket stays in its
/// namespace wherever it is used.
/// <code>
/// ifreq   name (16), index (4), padding to 40          linux/if.h; netdevice(7), SIOCGIFINDEX
/// </code>
/// </summary>
internal sealed partial class InterfaceReader : IDisposable
{
    private const nuint GetInterfaceIndex = 0x8933;
    private const int NameLength = 16, RequestLength = 40, NoSuchDevice = 19;

    private readonly Socket? _socket = TryOpen();

    /// <summary>
    /// Reads an interface; <see langword="null"/> when no interface has that name. Addresses of an interface in another namespace are not
    /// told.
    /// </summary>
    /// <exception cref="NetworkInformationException">The system does not tell now.</exception>
    public InterfaceState? Read(string name)
    {
        if (!OperatingSystem.IsLinux()) return InterfaceState.Read(name);
        if (_socket is null) throw new NetworkInformationException(0);
        if (IndexOf(name) is not { } index) return null;
        return InterfaceState.Read(name) is { } state && state.Index == index ? state : new InterfaceState(index, Addresses: null);
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    [SupportedOSPlatform("linux")]
    private int? IndexOf(string name)
    {
        Span<byte> request = stackalloc byte[RequestLength];
        request.Clear();
        if (Encoding.UTF8.GetByteCount(name) >= NameLength) return null;
        Encoding.UTF8.GetBytes(name, request);
        // there is one, see above
        if (Control((int)_socket!.Handle, GetInterfaceIndex, ref MemoryMarshal.GetReference(request)) == 0)
            return MemoryMarshal.Read<int>(request[NameLength..]);
        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchDevice ? null : throw new NetworkInformationException(error);
    }

    private static Socket? TryOpen()
    {
        try
        {
            return OperatingSystem.IsLinux() ? new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) : null;
        }
        catch (SocketException)
        {
            return null; // no descriptor is left: nothing can be told until the server is started again
        }
    }

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, ref byte argument);
}
