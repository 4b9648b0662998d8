UPDATE users SET display_name = coalesce(name, email);
