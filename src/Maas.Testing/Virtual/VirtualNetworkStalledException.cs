namespace Maas.Testing.Virtual;

/// <summary>
/// A <see cref="VirtualNetwork"/> cannot go on: code waits for something that is neither on the network nor on its clock.
/// </summary>
/// <param name="message">What is waited for.</param>
public sealed class VirtualNetworkStalledException(string message) : InvalidOperationException(message);
