namespace Maas.Boot.Dhcp6.Wire;

/// <summary>One option: a code and its value.</summary>
internal readonly record struct Dhcp6Option(Dhcp6OptionCode Code, ReadOnlyMemory<byte> Value);
