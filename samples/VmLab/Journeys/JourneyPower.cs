using VmLab.Power;

namespace VmLab.Journeys;

/// <summary>How the server turns a machine on: what an operator types into the machine's power settings.</summary>
public abstract record JourneyPower
{
    private JourneyPower()
    {
    }

    /// <summary>The fields of API 2.0 that say so.</summary>
    public abstract IEnumerable<KeyValuePair<string, string>> Fields { get; }

    /// <summary>Whether the server can also turn the machine off; otherwise a person at the rack does.</summary>
    public abstract bool CanTurnOff { get; }

    /// <summary>Through its BMC, over IPMI.</summary>
    public sealed record Ipmi(BmcSimulator Bmc) : JourneyPower
    {
        public override bool CanTurnOff => true;

        public override IEnumerable<KeyValuePair<string, string>> Fields =>
        [
            new("power_type", "ipmi"),
            new("power_parameters_power_address", $"{Bmc.Address}"),
            new("power_parameters_power_user", BmcSimulator.User),
            new("power_parameters_power_pass", BmcSimulator.Password),
            // The simulator does not say which suites it has; asking costs 10 s a command.
            new("power_parameters_cipher_suite_id", "3"),
        ];
    }

    /// <summary>By a magic packet to the link's broadcast address.</summary>
    public sealed record WakeOnLan(string MacAddress) : JourneyPower
    {
        public override bool CanTurnOff => false;

        public override IEnumerable<KeyValuePair<string, string>> Fields =>
        [
            new("power_type", "wakeonlan"),
            new("power_parameters_mac_address", MacAddress),
            new("power_parameters_power_address", "10.77.0.255"),
        ];
    }
}
