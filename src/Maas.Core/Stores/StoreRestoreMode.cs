namespace Maas.Core.Stores;

/// <summary>What may be in a store that a backup is restored into.</summary>
public enum StoreRestoreMode
{
    /// <summary>Nothing: a file or a schema that does not exist, or that has no tables.</summary>
    IntoEmpty,

    /// <summary>A store, whose content is replaced. It may be one of a newer version.</summary>
    Replace,
}
