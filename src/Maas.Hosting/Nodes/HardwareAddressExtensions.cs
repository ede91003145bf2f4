using Maas.Boot;
using Maas.Core;

namespace Maas.Hosting.Nodes;

/// <summary>The line between Boot's addresses and Core's.</summary>
internal static class HardwareAddressExtensions
{
    extension(HardwareAddress address)
    {
        /// <summary>Core's form; <see langword="null"/> for anything but Ethernet's six octets.</summary>
        public MacAddress? ToMacAddress()
        {
            if (address is not { Type: HardwareAddress.Ethernet, Length: 6 }) return null;
            Span<byte> octets = stackalloc byte[6];
            address.CopyTo(octets);
            return MacAddress.From(octets);
        }
    }
}
