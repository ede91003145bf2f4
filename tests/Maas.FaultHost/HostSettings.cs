using System.Globalization;

namespace Maas.FaultHost;

/// <summary>What a test tells a host.</summary>
internal sealed class HostSettings(string[] args)
{
    /// <summary>Its name.</summary>
    public string Name => args[0];

    /// <summary>The database.</summary>
    public string ConnectionString => args[1];

    /// <summary>The schema.</summary>
    public string Schema => args[2];

    /// <summary>The folder of the sockets of the hosts and of the machines' power, and of the images.</summary>
    public string Folder => args[3];

    /// <summary>By how much its clock is wrong.</summary>
    public TimeSpan ClockShift => TimeSpan.FromDays(int.Parse(args[4], CultureInfo.InvariantCulture));

    /// <summary>Where it takes requests.</summary>
    public string Socket => Path.Combine(Folder, Name + ".sock");

    /// <summary>Where it takes the number of a change, and answers with the changes after it, as they come.</summary>
    public string FeedSocket => Path.Combine(Folder, Name + ".feed");

    /// <summary>The inventory that machines report, with <c>{mac}</c> for their address.</summary>
    public string InventoryFile => Path.Combine(Folder, "inventory");

    /// <summary>Where the power of machines is.</summary>
    public string PowerSocket => Path.Combine(Folder, "power.sock");
}
