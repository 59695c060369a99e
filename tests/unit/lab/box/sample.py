"""A small leaf's CONFIG_DB that holds a row of every table the stand-ins know, written by hand."""

from railwright.lab.box.configdb import Config

COUNTER = {"FLEX_COUNTER_STATUS": "enable"}


def _port(lanes: str, speed: str, status: str, description: str) -> dict[str, str]:
    return {
        "admin_status": status,
        "alias": f"etp{lanes.partition(',')[0]}",
        "autoneg": "off",
        "description": description,
        "fec": "rs",
        "index": "1",
        "lanes": lanes,
        "mtu": "9100",
        "pfc_asym": "off",
        "speed": speed,
        "subport": "0",
        "tpid": "0x8100",
    }


QOS_ROW = {
    "dscp_to_tc_map": "AZURE",
    "pfc_enable": "3",
    "pfc_to_queue_map": "AZURE",
    "pfcwd_sw_enable": "3",
    "tc_to_pg_map": "AZURE",
    "tc_to_queue_map": "AZURE",
}
NEIGHBOR_ROW = {
    "admin_status": "up",
    "asn": "65100",
    "holdtime": "9",
    "keepalive": "3",
    "local_addr": "10.0.0.0",
    "name": "host0",
    "nhopself": "0",
    "rrclient": "0",
}
WATCHDOG_ROW = {"action": "drop", "detection_time": "400", "restoration_time": "400"}


def leaf() -> Config:
    """Return a fresh copy of the configuration."""
    return {
        "AAA": {"authentication": {"login": "tacacs+,local", "failthrough": "True"}},
        "ACL_RULE": {
            "SSH_ONLY|RULE_1": {
                "PRIORITY": "9990",
                "PACKET_ACTION": "ACCEPT",
                "SRC_IP": "10.9.0.0/16",
                "L4_DST_PORT": "22",
                "IP_PROTOCOL": "6",
            }
        },
        "ACL_TABLE": {
            "SSH_ONLY": {
                "type": "CTRLPLANE",
                "stage": "ingress",
                "services": ["SSH"],
                "policy_desc": "ssh",
            }
        },
        "BGP_AGGREGATE_ADDRESS": {"10.0.0.0/24": {"summary-only": "true"}},
        "BGP_BBR": {"all": {"status": "disabled"}},
        "BGP_DEVICE_GLOBAL": {
            "STATE": {
                "tsa_enabled": "false",
                "wcmp_enabled": "false",
                "idf_isolation_state": "unisolated",
            }
        },
        "BGP_NEIGHBOR": {
            "10.0.0.1": dict(NEIGHBOR_ROW),
            "10.0.1.1": {
                **NEIGHBOR_ROW,
                "asn": "65000",
                "local_addr": "10.0.1.0",
                "name": "spine0",
            },
        },
        "BREAKOUT_CFG": {"Ethernet0": {"brkout_mode": "2x400G"}},
        "BUFFER_PG": {
            "Ethernet0|0": {"profile": "lossy_in"},
            "Ethernet0|3-4": {"profile": "lossless"},
            "Ethernet8|0": {"profile": "NULL"},
        },
        "BUFFER_POOL": {
            "in_pool": {"type": "ingress", "mode": "dynamic", "size": "1000000", "xoff": "5000"},
            "out_pool": {"type": "egress", "mode": "static", "size": "900000"},
        },
        "BUFFER_PORT_EGRESS_PROFILE_LIST": {"Ethernet0": {"profile_list": "lossy_out"}},
        "BUFFER_PORT_INGRESS_PROFILE_LIST": {"Ethernet0": {"profile_list": "lossless,lossy_in"}},
        "BUFFER_PROFILE": {
            "lossless": {
                "pool": "in_pool",
                "size": "20000",
                "xon": "18000",
                "xon_offset": "3000",
                "xoff": "40000",
                "dynamic_th": "0",
            },
            "lossy_in": {
                "pool": "in_pool",
                "size": "0",
                "dynamic_th": "3",
                "packet_discard_action": "drop",
            },
            "lossy_out": {
                "pool": "out_pool",
                "size": "0",
                "static_th": "900000",
                "headroom_type": "static",
            },
        },
        "BUFFER_QUEUE": {
            "Ethernet0|0-2": {"profile": "lossy_out"},
            "Ethernet8|3": {"profile": "lossy_out"},
        },
        "CABLE_LENGTH": {"AZURE": {"Ethernet0": "5m", "Ethernet8": "40m"}},
        "CRM": {
            "Config": {
                "polling_interval": "300",
                "ipv4_route_threshold_type": "percentage",
                "ipv4_route_low_threshold": "70",
                "ipv4_route_high_threshold": "85",
            }
        },
        "DEFAULT_LOSSLESS_BUFFER_PARAMETER": {
            "AZURE": {"default_dynamic_th": "0", "over_subscribe_ratio": "1"}
        },
        "DEVICE_METADATA": {
            "localhost": {
                "bgp_asn": "65001",
                "buffer_model": "traditional",
                "default_bgp_status": "up",
                "default_pfcwd_status": "enable",
                "docker_routing_config_mode": "separated",
                "hostname": "leaf1",
                "hwsku": "ACS-SN5600",
                "mac": "02:00:00:00:00:01",
                "platform": "x86_64-nvidia_sn5600-r0",
                "suppress-fib-pending": "enabled",
                "synchronous_mode": "enable",
                "type": "LeafRouter",
            }
        },
        "DEVICE_NEIGHBOR": {
            "Ethernet0": {
                "name": "host0",
                "port": "nic0",
                "mgmt_addr": "10.9.0.1",
                "local_port": "Ethernet0",
            }
        },
        "DEVICE_NEIGHBOR_METADATA": {
            "host0": {
                "hwsku": "server",
                "mgmt_addr": "10.9.0.1",
                "lo_addr": "10.255.0.9/32",
                "type": "Server",
                "deployment_id": "1",
            }
        },
        "DHCP_RELAY": {"Vlan100": {"dhcpv6_servers": ["2001:db8::6"], "interface_id": "true"}},
        "DNS_NAMESERVER": {"10.9.0.53": {}},
        "DOT1P_TO_TC_MAP": {"AZURE": {"0": "0"}},
        "DSCP_TO_TC_MAP": {"AZURE": {"0": "0", "26": "3", "48": "6"}},
        "FEATURE": {
            "bgp": {
                "state": "enabled",
                "auto_restart": "enabled",
                "set_owner": "local",
                "check_up_status": "false",
            }
        },
        "FLEX_COUNTER_TABLE": {
            "PFCWD": dict(COUNTER),
            "QUEUE": {**COUNTER, "POLL_INTERVAL": "10000"},
            "ACL": dict(COUNTER),
        },
        "GNMI": {
            "gnmi": {"port": "8080", "client_auth": "true", "user_auth": "cert", "log_level": "2"},
            "certs": {"ca_crt": "/etc/sonic/ca.cer", "server_key": "/etc/sonic/s.key"},
        },
        "INTERFACE": {
            "Ethernet0": {},
            "Ethernet0|10.0.0.0/31": {},
            "Ethernet8": {"ipv6_use_link_local_only": "enable", "loopback_action": "drop"},
            "Ethernet8|10.0.1.0/31": {"family": "IPv4", "scope": "global"},
            "Ethernet8|fc00::1/64": {},
        },
        "KDUMP": {"config": {"enabled": "false", "num_dumps": "3"}},
        "LLDP": {"GLOBAL": {"hello_time": "30", "mode": "TRANSMIT", "enabled": "true"}},
        "LOOPBACK_INTERFACE": {"Loopback0": {"admin_status": "up"}, "Loopback0|10.255.0.1/32": {}},
        "LOSSLESS_TRAFFIC_PATTERN": {"AZURE": {"mtu": "1024", "small_packet_percentage": "50"}},
        "MAP_PFC_PRIORITY_TO_QUEUE": {"AZURE": {"3": "3"}},
        "MGMT_INTERFACE": {
            "eth0|10.9.0.2/24": {
                "gwaddr": "10.9.0.254",
                "forced_mgmt_routes": ["10.8.0.0/16", "10.7.0.1"],
            }
        },
        "MGMT_PORT": {
            "eth0": {
                "admin_status": "up",
                "alias": "eth0",
                "speed": "1000",
                "autoneg": "on",
                "mtu": "1500",
            }
        },
        "MGMT_VRF_CONFIG": {"vrf_global": {"mgmtVrfEnabled": "true"}},
        "NTP": {"global": {"src_intf": "eth0;Loopback0", "vrf": "mgmt", "admin_state": "enabled"}},
        "NTP_KEY": {"7": {"type": "sha256", "value": "secret", "trusted": "yes"}},
        "NTP_SERVER": {
            "10.9.0.4": {"association_type": "server", "iburst": "on", "key": "7", "version": "4"},
            "ntp.example.net": {},
        },
        "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP": {"AZURE": {"3": "3"}},
        "PFC_WD": {
            "GLOBAL": {"POLL_INTERVAL": "200"},
            "Ethernet0": dict(WATCHDOG_ROW),
            "Ethernet8": {**WATCHDOG_ROW, "pfc_stat_history": "enable"},
        },
        "PORT": {
            "Ethernet0": _port("0,1,2,3", "400000", "up", "host0 nic0"),
            "Ethernet4": _port("4,5,6,7", "400000", "down", ""),
            "Ethernet8": {
                **_port("8,9,10,11,12,13,14,15", "800000", "up", "spine0"),
                "adv_speeds": "400000,800000",
                "dhcp_rate_limit": "300",
            },
            "Ethernet16": _port("16,17,18,19", "400000", "up", "bundle"),
            "Ethernet20": _port("20,21,22,23", "400000", "up", "vlan"),
        },
        "PORTCHANNEL": {
            "PortChannel1": {
                "admin_status": "up",
                "mtu": "9100",
                "lacp_key": "auto",
                "min_links": "1",
                "fast_rate": "true",
            }
        },
        "PORTCHANNEL_INTERFACE": {"PortChannel1": {}, "PortChannel1|10.0.2.0/31": {}},
        "PORTCHANNEL_MEMBER": {"PortChannel1|Ethernet16": {}},
        "PORT_QOS_MAP": {
            "Ethernet0": dict(QOS_ROW),
            "Ethernet8": {
                **QOS_ROW,
                "pfc_to_pg_map": "AZURE",
                "tc_to_dscp_map": "AZURE",
                "scheduler": "scheduler.0",
            },
            "global": {"dscp_to_tc_map": "AZURE"},
        },
        "PORT_STORM_CONTROL": {"Ethernet20|broadcast": {"kbps": "10000"}},
        "QUEUE": {
            "Ethernet0|3": {"scheduler": "scheduler.1", "wred_profile": "ECN"},
            "Ethernet0|4": {"scheduler": "scheduler.0"},
            "Ethernet8|3": {"scheduler": "scheduler.1", "wred_profile": "ECN"},
        },
        "SCHEDULER": {
            "scheduler.0": {"type": "DWRR", "weight": "40"},
            "scheduler.1": {
                "type": "STRICT",
                "meter_type": "bytes",
                "cir": "1000",
                "pir": "2000",
                "cbs": "10",
                "pbs": "20",
            },
        },
        "SNMP": {"CONTACT": {"Contact": "noc"}, "LOCATION": {"Location": "hall 1"}},
        "SNMP_AGENT_ADDRESS_CONFIG": {"10.9.0.2|161|mgmt": {}},
        "SNMP_COMMUNITY": {"readonly": {"TYPE": "RO"}},
        "SNMP_USER": {
            "monitor": {
                "SNMP_USER_TYPE": "Priv",
                "SNMP_USER_PERMISSION": "RO",
                "SNMP_USER_AUTH_TYPE": "SHA",
                "SNMP_USER_AUTH_PASSWORD": "password1",
                "SNMP_USER_ENCRYPTION_TYPE": "AES",
                "SNMP_USER_ENCRYPTION_PASSWORD": "password2",
            }
        },
        "SSH_SERVER": {
            "POLICIES": {"authentication_retries": "6", "ports": "22", "permit_root_login": "no"}
        },
        "STATIC_ROUTE": {
            "default|10.1.0.0/16": {
                "blackhole": "true",
                "advertise": "true",
                "distance": "0",
                "nexthop-vrf": "default",
            },
            "10.2.0.0/16": {"nexthop": "10.0.0.1", "ifname": "Ethernet0", "bfd": "false"},
        },
        "SWITCH_FAST_LINKUP": {
            "GLOBAL": {"polling_time": "60", "guard_time": "10", "ber_threshold": "12"}
        },
        "SWITCH_HASH": {
            "GLOBAL": {
                "ecmp_hash": ["SRC_IP", "DST_IP", "L4_SRC_PORT"],
                "ecmp_hash_algorithm": "CRC",
            }
        },
        "SWITCH_TRIMMING": {
            "GLOBAL": {
                "size": "256",
                "dscp_value": "from-tc",
                "tc_value": "6",
                "queue_index": "dynamic",
            }
        },
        "SYSLOG_CONFIG": {
            "GLOBAL": {"format": "standard", "severity": "notice", "rate_limit_interval": "0"}
        },
        "SYSLOG_CONFIG_FEATURE": {
            "bgp": {"rate_limit_interval": "300", "rate_limit_burst": "20000"}
        },
        "SYSLOG_SERVER": {
            "10.9.0.3": {
                "source": "10.9.0.2",
                "port": "514",
                "vrf": "mgmt",
                "protocol": "udp",
                "severity": "info",
            }
        },
        "SYSTEM_DEFAULTS": {"software_bfd": {"status": "enabled"}},
        "TACPLUS": {
            "global": {
                "passkey": "secret",
                "timeout": "5",
                "auth_type": "login",
                "src_intf": "Loopback0",
            }
        },
        "TACPLUS_SERVER": {
            "10.9.0.5": {"priority": "1", "tcp_port": "49", "timeout": "5", "vrf": "mgmt"}
        },
        "TC_TO_DSCP_MAP": {"AZURE": {"3": "26"}},
        "TC_TO_PRIORITY_GROUP_MAP": {"AZURE": {"0": "0", "3": "3"}},
        "TC_TO_QUEUE_MAP": {"AZURE": {"0": "0", "3": "3"}},
        "TELEMETRY": {"gnmi": {"port": "8080", "client_auth": "false", "log_level": "2"}},
        "VERSIONS": {"DATABASE": {"VERSION": "version_202605_01"}},
        "VLAN": {
            "Vlan100": {
                "vlanid": "100",
                "admin_status": "up",
                "mtu": "9100",
                "dhcp_servers": ["10.9.0.6"],
            }
        },
        "VLAN_INTERFACE": {"Vlan100": {"proxy_arp": "enabled"}, "Vlan100|10.3.0.1/24": {}},
        "VLAN_MEMBER": {"Vlan100|Ethernet20": {"tagging_mode": "untagged"}},
        "VRF": {"VrfTenant1": {"vni": "1000", "fallback": "false"}},
        "VXLAN_EVPN_NVO": {"nvo": {"source_vtep": "vtep"}},
        "VXLAN_TUNNEL": {"vtep": {"src_ip": "10.255.0.1"}},
        "VXLAN_TUNNEL_MAP": {"vtep|map_1000": {"vlan": "Vlan100", "vni": "1000"}},
        "WRED_PROFILE": {
            "ECN": {
                "ecn": "ecn_all",
                "green_drop_probability": "5",
                "green_max_threshold": "2000000",
                "green_min_threshold": "1000000",
                "wred_green_enable": "true",
            }
        },
    }
