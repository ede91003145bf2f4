namespace Maas.Client.Placement;

/// <summary>What <see cref="TagsClient.UpdateMachinesAsync"/> has changed.</summary>
/// <param name="Added">Machines that have the tag now.</param>
/// <param name="Removed">Machines that do not have it any more.</param>
public sealed record MaasTagUpdate(int Added, int Removed);
