namespace Maas.Testing.CloudInit;

/// <summary>The installed system as cloud-init set it up on its first boot.</summary>
/// <param name="InstanceId">The instance id.</param>
/// <param name="HostName">The host name.</param>
/// <param name="PublicKeys">The SSH keys that may log in.</param>
/// <param name="UserData">The user data; empty without any.</param>
/// <param name="VendorData">The vendor data as served (YAML); empty without any.</param>
public sealed record SimulatedSystem(
    string InstanceId,
    string HostName,
    IReadOnlyList<string> PublicKeys,
    ReadOnlyMemory<byte> UserData,
    string VendorData);
