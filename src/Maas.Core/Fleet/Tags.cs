namespace Maas.Core.Fleet;

/// <summary>A label for machines, put on by hand.</summary>
/// <param name="Name">Letters, digits, <c>_ - .</c>; at most 255.</param>
/// <param name="Comment">Free words.</param>
/// <param name="KernelOptions">Added to the kernel's command line of machines that have it.</param>
public sealed record Tag(string Name, string Comment = "", string KernelOptions = "");

/// <summary>The tags there are, and which machine has which.</summary>
public sealed class Tags
{
    internal Tags() { }

    /// <summary>All tags by name.</summary>
    public Task<IReadOnlyList<Tag>> ListAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The tag, or <see langword="null"/>.</summary>
    public Task<Tag?> GetAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Makes a tag, or changes the one of that name. <see langword="false"/> when the name is not allowed.</summary>
    public Task<bool> SaveAsync(Tag tag, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Removes a tag, from all machines too. <see langword="false"/> when there is none.</summary>
    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Puts a tag on machines and takes it off others; unknown machines are passed over.</summary>
    /// <returns>How many changed.</returns>
    public Task<(int Added, int Removed)> UpdateMachinesAsync(string name, IReadOnlyList<SystemId> add, IReadOnlyList<SystemId> remove, string? by, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
