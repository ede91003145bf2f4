namespace Maas.Sql;

/// <summary>What a write does, which decides what it may do on a full disk, how soon it must be on disk, and what it sees.</summary>
internal enum WriteKind
{
    /// <summary>It may make the store larger: refused when the disk's reserve is reached.</summary>
    Ordinary,

    /// <summary>It deletes: written as long as the disk takes it.</summary>
    Deletion,

    /// <summary>As <see cref="Ordinary"/>, and it decides nothing by rows that other transactions may change at the same time.</summary>
    Independent,

    /// <summary>
    /// As <see cref="Independent"/>, and it makes tables or indexes: it takes as long as it takes, also while it waits for another host.
    /// </summary>
    Preparation,

    /// <summary>A request's nonce: as <see cref="Independent"/>, and may be lost with the power, but not with the process.</summary>
    Nonce,

    /// <summary>It deletes nonces: as <see cref="Deletion"/>, and may be lost with the power.</summary>
    NonceDeletion,
}
